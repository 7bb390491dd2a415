"""The vectors of everything that the frozen answers ask for, so that no processor can move them."""

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
    """The encoder `compact` with the vectors that it gave once, rounded to half precision.

    Photos of another processor differ by 5e-3 and more (docs/decisions/0009-numbers-of-the-tower),
    texts by 5e-4, and another Pillow decodes to other pixels: answers would not be equal to six
    digits anywhere but here. What the encoder itself gives is held by
    `tests/embed/test_compact_golden.py`. Words are told from typing errors by the living encoder,
    photos are decoded by it; only the vectors are looked up.

    Args:
        encoder: The living encoder.
        stored: What `as_arrays` gave.
        may_ask: Ask the encoder for what is not stored, and remember it.

    Raises:
        AssertionError: The vectors are of other weights.
    """

    def __init__(
        self, encoder: Encoder, stored: Mapping[str, NDArray[Any]], may_ask: bool = False
    ) -> None:
        self._encoder = encoder
        self._may_ask = may_ask
        self._texts: dict[str, NDArray[np.float16]] = {}
        self._photos: dict[str, NDArray[np.float16]] = {}
        self._names: dict[str, str] = {}
        self._used: set[str] = set()
        if stored:
            version = str(stored["version"])
            if version != encoder.spec.version:
                raise AssertionError(f"new weights: remove {FILE.name} and freeze anew")
            self._texts = dict(zip(_names(stored["texts"]), stored["text_rows"], strict=True))
            self._photos = dict(zip(_names(stored["photos"]), stored["photo_rows"], strict=True))

    @property
    def spec(self) -> EncoderSpec:
        """The facts about the encoder."""
        return self._encoder.spec

    @property
    def dim(self) -> int:
        """Width of the vectors."""
        return self._encoder.dim

    def is_known_word(self, word: str) -> bool:
        """Return whether this is a word; see `shopwindow.values.encoder.WordRecognizer`."""
        assert isinstance(self._encoder, WordRecognizer)
        return self._encoder.is_known_word(word)

    def encode_texts(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of texts; see `shopwindow.values.Encoder`."""
        for text in texts:
            self._used.add(text)
            if text not in self._texts:
                self._ask(f"the text {text!r}")
                self._texts[text] = self._encoder.encode_texts([text])[0].astype(np.float16)
        return self._rows([self._texts[text] for text in texts])

    def encode_images(self, images: Sequence[ImageSource]) -> Vectors:
        """Return the vectors of photos; see `shopwindow.values.Encoder`."""
        return self.encode_prepared([self.prepare_image(image) for image in images])

    def prepare_image(
        self, image: ImageSource, crop: Crop | None = None, *, for_query: bool = False
    ) -> PreparedImage:
        """Decode a photo and remember whose pixels these are; see `shopwindow.values.Encoder`."""
        assert isinstance(image, str | Path), "frozen photos are files"
        prepared = self._encoder.prepare_image(image, crop, for_query=for_query)
        name = f"{Path(image).name} {crop}" if crop else Path(image).name
        self._names[digest(prepared.tobytes())] = name
        return prepared

    def encode_prepared(self, prepared: Sequence[PreparedImage]) -> Vectors:
        """Return the vectors of photos that were decoded here; see `shopwindow.values.Encoder`."""
        return self._rows([self._photo(pixels) for pixels in prepared])

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything that was asked for, to be stored."""
        texts, photos = (sorted(self._used & set(photo)) for photo in (self._texts, self._photos))
        return {
            "version": np.array(self.spec.version),
            "texts": np.array(json.dumps(texts, ensure_ascii=False)),
            "text_rows": np.stack([self._texts[text] for text in texts]),
            "photos": np.array(json.dumps(photos)),
            "photo_rows": np.stack([self._photos[photo] for photo in photos]),
        }

    def _photo(self, prepared: PreparedImage) -> NDArray[np.float16]:
        name = self._names[digest(prepared.tobytes())]
        self._used.add(name)
        if name not in self._photos:
            self._ask(f"the photo {name}")
            self._photos[name] = self._encoder.encode_prepared([prepared])[0].astype(np.float16)
        return self._photos[name]

    def _ask(self, what: str) -> None:
        if not self._may_ask:
            raise AssertionError(f"{what} was not encoded when the answers were frozen")

    def _rows(self, rows: Sequence[NDArray[np.float16]]) -> Vectors:
        if not rows:
            return np.zeros((0, self.dim), dtype=np.float32)
        return l2_normalize(np.stack(rows).astype(np.float32))


def _names(stored: NDArray[Any]) -> list[str]:
    found: list[str] = json.loads(str(stored))
    return found


def read_vectors() -> dict[str, NDArray[Any]]:
    """Return the stored vectors; nothing where there are none."""
    if not FILE.exists():
        return {}
    with np.load(FILE) as stored:
        return dict(stored)
