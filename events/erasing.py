"""Removing a visitor from a file of the log, so that no byte of theirs is left in it."""

import sqlite3

from events.segments import transaction


def erase_rows(connection: sqlite3.Connection, user_id: str) -> int:
    """Delete the events of a visitor, and note that the file is to be cleaned.

    Returns:
        How many there were.
    """
    with transaction(connection):
        ask = "DELETE FROM events WHERE user_id <> '' AND user_id = ?"
        n_erased = connection.execute(ask, (user_id,)).rowcount
        if n_erased:
            connection.execute("INSERT INTO unclean VALUES ('erased')")
    return n_erased


def clean(connection: sqlite3.Connection) -> None:
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
