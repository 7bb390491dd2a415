"""Stored vectors of all texts and photos of the frozen tests, independent of the processor."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopwindow.values import Encoder, Vectors
from shopwindow.values.arrays import l2_normalize
from shopwindow.values.encoder import EncoderSpec, PreparedImage, WordRecognizer, digest
from shopwindow.values.query import Crop, ImageSource

FILE = Path(__file__).with_name("vectors.npz")


class FrozenEncoder:
    """The encoder `compact` with stored vectors, rounded to half precision.

    On another processor photo vectors differ by 5e-3 and more
    (docs/decisions/0009-numbers-of-the-tower), text vectors by 5e-4, and another Pillow decodes to
    other pixels: answers would not be equal to six digits on other machines. The encoder's own
    vectors are held by `tests/embed/test_compact_golden.py`. The live encoder still recognizes
    words and decodes photos; only the vectors are looked up.

    Args:
        encoder: The live encoder.
        stored: The result of `as_arrays`.
        may_encode: Whether missing vectors are encoded and added.

    Raises:
        AssertionError: The stored vectors are of other weights.
    """

    def __init__(
        self, encoder: Encoder, stored: Mapping[str, NDArray[Any]], may_encode: bool = False
    ) -> None:
        self._encoder = encoder
        self._may_encode = may_encode
        self._texts: dict[str, NDArray[np.float16]] = {}
        self._photos: dict[str, NDArray[np.float16]] = {}
        self._names: dict[str, str] = {}
        self._used: set[str] = set()
        if stored:
            version = str(stored["version"])
            if version != encoder.spec.version:
                raise AssertionError(
                    f"expected vectors of {version}, got an encoder of {encoder.spec.version}; "
                    f"remove {FILE.name} and freeze anew"
                )
            self._texts = dict(zip(_parse_names(stored["texts"]), stored["text_rows"], strict=True))
            self._photos = dict(
                zip(_parse_names(stored["photos"]), stored["photo_rows"], strict=True)
            )

    @property
    def spec(self) -> EncoderSpec:
        """The specification of the encoder."""
        return self._encoder.spec

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self._encoder.dim

    def is_known_word(self, word: str) -> bool:
        """Return whether the encoder recognizes a word; see `WordRecognizer`."""
        assert isinstance(self._encoder, WordRecognizer)
        return self._encoder.is_known_word(word)

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of texts; see `shopwindow.values.Encoder`."""
        for text in texts:
            self._used.add(text)
            if text not in self._texts:
                self._require_encoding(f"the text {text!r}")
                self._texts[text] = self._encoder.encode_texts([text])[0].astype(np.float16)
        return self._decode_rows([self._texts[text] for text in texts])

    def encode_images(self, images: Sequence[ImageSource]) -> Vectors:
        """Return the vectors of photos; see `shopwindow.values.Encoder`."""
        return self.encode_prepared([self.prepare_image(image) for image in images])

    def prepare_image(
        self, image: ImageSource, crop: Crop | None = None, *, for_query: bool = False
    ) -> PreparedImage:
        """Return a decoded photo, and remember its file; see `shopwindow.values.Encoder`."""
        assert isinstance(image, str | Path), "frozen photos are files"
        prepared = self._encoder.prepare_image(image, crop, for_query=for_query)
        name = f"{Path(image).name} {crop}" if crop else Path(image).name
        self._names[digest(prepared.tobytes())] = name
        return prepared

    def encode_prepared(self, prepared: Sequence[PreparedImage]) -> Vectors:
        """Return the vectors of photos that were decoded here; see `shopwindow.values.Encoder`."""
        return self._decode_rows([self._get_photo(pixels) for pixels in prepared])

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the vectors of everything that was encoded so far, to be stored."""
        texts, photos = (sorted(self._used & set(names)) for names in (self._texts, self._photos))
        return {
            "version": np.array(self.spec.version),
            "texts": np.array(json.dumps(texts, ensure_ascii=False)),
            "text_rows": np.stack([self._texts[text] for text in texts]),
            "photos": np.array(json.dumps(photos)),
            "photo_rows": np.stack([self._photos[photo] for photo in photos]),
        }

    def _get_photo(self, prepared: PreparedImage) -> NDArray[np.float16]:
        name = self._names[digest(prepared.tobytes())]
        self._used.add(name)
        if name not in self._photos:
            self._require_encoding(f"the photo {name}")
            self._photos[name] = self._encoder.encode_prepared([prepared])[0].astype(np.float16)
        return self._photos[name]

    def _require_encoding(self, item: str) -> None:
        if not self._may_encode:
            raise AssertionError(f"{item} has no stored vector; freeze anew")

    def _decode_rows(self, rows: Sequence[NDArray[np.float16]]) -> Vectors:
        if not rows:
            return np.zeros((0, self.dim), dtype=np.float32)
        return l2_normalize(np.stack(rows).astype(np.float32))


def _parse_names(stored: NDArray[Any]) -> list[str]:
    names: list[str] = json.loads(str(stored))
    return names


def read_vectors() -> dict[str, NDArray[Any]]:
    """Return the stored vectors; empty where there is no file."""
    if not FILE.exists():
        return {}
    with np.load(FILE) as stored:
        return dict(stored)
