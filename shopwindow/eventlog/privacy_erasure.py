"""Erasing a visitor from the log, so that none of their bytes is left in a segment."""

import json
import sqlite3
from collections.abc import Sequence

from shopwindow.eventlog.segments import transaction
from shopwindow.eventlog.visitor_traces import LinkedIds

_SELECT_LINKED_IDS = (
    "SELECT DISTINCT session_id, query_id FROM events WHERE user_id <> '' AND user_id = ?"
)
_DELETE_BY_USER = "DELETE FROM events WHERE user_id <> '' AND user_id = ?"
_DELETE_BY_LINKED_IDS = """DELETE FROM events WHERE user_id = '' AND (
    session_id IN (SELECT value FROM json_each(?)) OR query_id IN (SELECT value FROM json_each(?)))
"""


def find_linked_ids(connections: Sequence[sqlite3.Connection], user_id: str) -> LinkedIds:
    """Return the sessions and responses that a visitor's own events name, over all segments."""
    return LinkedIds.from_rows(
        row
        for connection in connections
        for row in connection.execute(_SELECT_LINKED_IDS, (user_id,)).fetchall()
    )


def erase_user_events(connections: Sequence[sqlite3.Connection], user_id: str) -> int:
    """Delete a visitor's events from all segments, and mark each segment for `truncate_wal`.

    Anonymous events are deleted first, from all segments: as long as one of them is left, so are
    the visitor's own events that link to it, and an interrupted erasure can be repeated.

    Returns:
        How many events were deleted.
    """
    linked_ids = find_linked_ids(connections, user_id)
    id_lists = [json.dumps(sorted(ids)) for ids in (linked_ids.session_ids, linked_ids.query_ids)]
    n_linked = (
        sum(
            _delete_events(connection, _DELETE_BY_LINKED_IDS, id_lists)
            for connection in connections
        )
        if linked_ids
        else 0
    )
    n_own = sum(
        _delete_events(connection, _DELETE_BY_USER, [user_id]) for connection in connections
    )
    return n_linked + n_own


def _delete_events(
    connection: sqlite3.Connection, statement: str, parameters: Sequence[str]
) -> int:
    with transaction(connection):
        n_deleted = connection.execute(statement, parameters).rowcount
        if n_deleted:
            connection.execute("INSERT INTO unclean VALUES ('erased')")
    return n_deleted


def truncate_wal(connection: sqlite3.Connection) -> None:
    """Truncate the write-ahead log of a segment, if events were erased from it.

    `secure_delete` overwrites deleted rows with zeros. Source: sqlite.org/pragma.html. The old
    pages stay in the write-ahead log until it is truncated.

    Raises:
        OperationalError: A reader in another process still holds the old pages.
    """
    if not connection.execute("SELECT 1 FROM unclean LIMIT 1").fetchone():
        return
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise sqlite3.OperationalError("the file of erased events is locked")
    with transaction(connection):
        connection.execute("DELETE FROM unclean")
