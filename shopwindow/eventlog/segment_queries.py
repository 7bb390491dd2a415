"""Queries over all segments of an event log, in the order of writing."""

import sqlite3
from collections.abc import Iterator, Sequence

from shopwindow.eventlog.log_cursor import decode_cursor, encode_cursor
from shopwindow.eventlog.log_schema import COLUMN_LIST, from_row
from shopwindow.eventlog.segments import Segments
from shopwindow.values import Event

_IDS_PER_QUERY = 500


def read_events(segments: Segments, after: str, limit: int) -> tuple[list[Event], str]:
    """Return the events after a cursor, and the cursor after the last of them.

    Raises:
        InvalidEventError: The cursor is malformed.
        sqlite3.Error: A segment cannot be read.
    """
    query = f"SELECT {COLUMN_LIST}, seq FROM events WHERE seq > ? ORDER BY seq LIMIT ?"
    events: list[Event] = []
    for number, seq in _iterate_positions(segments, after):
        if len(events) == limit:
            break
        connection = segments.get_connection(number)
        for row in connection.execute(query, (seq, limit - len(events))).fetchall():
            events.append(from_row(row[:-1]))
            after = encode_cursor(number, row[-1])
    return events, after


def count_events(segments: Segments, after: str) -> int:
    """Return the number of events after a cursor.

    Raises:
        InvalidEventError: The cursor is malformed.
        sqlite3.Error: A segment cannot be read.
    """
    query = "SELECT count(*) FROM events WHERE seq > ?"
    return sum(
        int(segments.get_connection(number).execute(query, (seq,)).fetchone()[0])
        for number, seq in _iterate_positions(segments, after)
    )


def find_end_cursor(segments: Segments) -> str:
    """Return the cursor after the last event ever written; empty when there was none.

    Raises:
        sqlite3.Error: A segment cannot be read.
    """
    query = "SELECT seq FROM sqlite_sequence WHERE name = 'events'"
    for number in reversed(segments.list_numbers()):
        if row := segments.get_connection(number).execute(query).fetchone():
            return encode_cursor(number, row[0])
    return ""


def find_existing_ids(
    connections: Sequence[sqlite3.Connection], event_ids: Sequence[str]
) -> set[str]:
    """Return which of some event ids are in any of some segments.

    Raises:
        sqlite3.Error: A segment cannot be read.
    """
    existing: set[str] = set()
    for connection in connections:
        for start in range(0, len(event_ids), _IDS_PER_QUERY):
            chunk = event_ids[start : start + _IDS_PER_QUERY]
            placeholders = ", ".join("?" * len(chunk))
            query = f"SELECT event_id FROM events WHERE event_id IN ({placeholders})"
            existing.update(row[0] for row in connection.execute(query, chunk))
    return existing


def _iterate_positions(segments: Segments, after: str) -> Iterator[tuple[int, int]]:
    """Yield each segment that can have events after a cursor, with the sequence number before."""
    first_number, first_seq = decode_cursor(after)
    # Listed before they are read: a segment that has a later one gets no more events.
    for number in segments.list_numbers():
        if number >= first_number:
            yield number, first_seq if number == first_number else 0
