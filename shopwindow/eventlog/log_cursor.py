"""Cursors: offsets in a log, encoded as text."""

from shopwindow.values.errors import InvalidEventError

_MAX_CHARS = 30


def encode_cursor(number: int, seq: int) -> str:
    """Return the cursor of an offset; that of (0, 0) is empty.

    Args:
        number: Number of the log's segment, from 1.
        seq: Sequence number of the event in the segment, from 1.
    """
    return f"{number}.{seq}" if (number, seq) != (0, 0) else ""


def decode_cursor(cursor: str) -> tuple[int, int]:
    """Return the segment and sequence number of a cursor; (0, 0) for the empty cursor.

    Offsets compare in the order of writing, and (0, 0) is before every event.

    Raises:
        InvalidEventError: The cursor is malformed.
    """
    number, dot, seq = cursor.partition(".")
    if not cursor:
        return 0, 0
    if not (dot and number.isdecimal() and seq.isdecimal()) or len(cursor) > _MAX_CHARS:
        raise InvalidEventError("after", "the cursor that came with the previous events", cursor)
    return int(number), int(seq)
