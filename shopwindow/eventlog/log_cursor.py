"""Places in a log, and the cursors that name them to everybody else."""

from shopwindow.values.errors import InvalidEventError

_MAX_CHARS = 30


def encode_cursor(number: int, seq: int) -> str:
    """Return the cursor of a place.

    Args:
        number: Number of the log's file.
        seq: Number of the event in it.
    """
    return f"{number}.{seq}" if (number, seq) != (0, 0) else ""


def decode_cursor(cursor: str) -> tuple[int, int]:
    """Return the place that a cursor names; (0, 0), before everything, for the empty one.

    Raises:
        InvalidEventError: It is not one of ours.
    """
    number, dot, seq = cursor.partition(".")
    if not cursor:
        return 0, 0
    if not (dot and number.isdecimal() and seq.isdecimal()) or len(cursor) > _MAX_CHARS:
        raise InvalidEventError("after", "the cursor that came with the events before", cursor)
    return int(number), int(seq)
