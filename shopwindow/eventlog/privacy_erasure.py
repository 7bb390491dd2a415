"""Removing a visitor from a file of the log, so that no byte of theirs is left in it."""

import json
import sqlite3
from collections.abc import Sequence

from shopwindow.eventlog.segments import transaction
from shopwindow.eventlog.visitor_traces import LinkedIds

_TRACES = "SELECT DISTINCT session_id, query_id FROM events WHERE user_id <> '' AND user_id = ?"
_OWN = "DELETE FROM events WHERE user_id <> '' AND user_id = ?"
_TRACED = """DELETE FROM events WHERE user_id = '' AND (
    session_id IN (SELECT value FROM json_each(?)) OR query_id IN (SELECT value FROM json_each(?)))
"""


def find_linked_ids(connections: Sequence[sqlite3.Connection], user_id: str) -> LinkedIds:
    """Return what leads to a visitor beside their id, by their events in some files."""
    named = (connection.execute(_TRACES, (user_id,)).fetchall() for connection in connections)
    return LinkedIds.from_rows([row for rows in named for row in rows])


def erase_user_events(connections: Sequence[sqlite3.Connection], user_id: str) -> int:
    """Delete the events of a visitor from the files of a log, and note that each is to be cleaned.

    What names only a session or an answer of theirs goes first, from all files: while something of
    it is left, so is what leads to it.

    Returns:
        How many there were.
    """
    traces = find_linked_ids(connections, user_id)
    values = [json.dumps(sorted(each)) for each in (traces.session_ids, traces.query_ids)]
    n_traced = sum(_deleted(each, _TRACED, values) for each in connections) if traces else 0
    return n_traced + sum(_deleted(each, _OWN, [user_id]) for each in connections)


def _deleted(connection: sqlite3.Connection, delete: str, values: Sequence[str]) -> int:
    with transaction(connection):
        n_deleted = connection.execute(delete, values).rowcount
        if n_deleted:
            connection.execute("INSERT INTO unclean VALUES ('erased')")
    return n_deleted


def truncate_wal(connection: sqlite3.Connection) -> None:
    """Remove what the write-ahead log still has of erased events, if anything was erased.

    `secure_delete` overwrites deleted rows with zeros. Source: sqlite.org/pragma.html. The pages of
    before stay in the write-ahead log until it is emptied.

    Raises:
        OperationalError: A reader of another process would not let go of the old pages.
    """
    if not connection.execute("SELECT 1 FROM unclean LIMIT 1").fetchone():
        return
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise sqlite3.OperationalError("the file of erased events is locked")
    with transaction(connection):
        connection.execute("DELETE FROM unclean")
