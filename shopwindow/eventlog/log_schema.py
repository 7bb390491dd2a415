"""How events are stored in a segment of the log; the only module that knows its columns."""

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shopwindow.values import Event

SCHEMA_VERSION = 2

# AUTOINCREMENT: the number of an erased row is not reused, so cursors stay valid.
CREATE_STATEMENTS = (
    """CREATE TABLE events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        product_id TEXT NOT NULL,
        user_id TEXT NOT NULL,
        session_id TEXT NOT NULL,
        query_id TEXT NOT NULL,
        surface TEXT NOT NULL,
        position INTEGER NOT NULL,
        propensity REAL,
        ranker TEXT NOT NULL,
        ranker_version TEXT NOT NULL,
        features TEXT NOT NULL,
        value REAL,
        currency TEXT NOT NULL,
        time INTEGER NOT NULL,
        event_id TEXT NOT NULL UNIQUE,
        dwell_ms INTEGER
    )""",
    "CREATE INDEX events_of_user ON events (user_id) WHERE user_id <> ''",
    "CREATE TABLE unclean (reason TEXT NOT NULL)",
)
"""`time` is in microseconds since 1970, UTC. `unclean` has a row while erased bytes may remain."""

MIGRATIONS = {1: ("ALTER TABLE events ADD COLUMN dwell_ms INTEGER",)}
"""Statements that bring a segment to the next schema version, by the version that it has."""

COLUMN_NAMES = tuple(field.name for field in fields(Event))
COLUMN_LIST = ", ".join(COLUMN_NAMES)
INSERT_EVENT = (
    f"INSERT INTO events ({COLUMN_LIST}) VALUES ({', '.join('?' * len(COLUMN_NAMES))}) "
    "ON CONFLICT (event_id) DO NOTHING"
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_microseconds(time: datetime) -> int:
    """Return a time in microseconds since 1970, UTC."""
    return (time - _EPOCH) // _MICROSECOND


def to_date(n_days: int) -> date:
    """Return the date of a number of days since 1970."""
    return _EPOCH.date() + timedelta(days=n_days)


def to_row(event: Event) -> tuple[Any, ...]:
    """Return an event as a row, in the order of `COLUMN_NAMES`."""
    values = {name: getattr(event, name) for name in COLUMN_NAMES}
    values["features"] = json.dumps(dict(event.features), ensure_ascii=False)
    values["time"] = to_microseconds(event.time)
    return tuple(values.values())


def from_row(row: Sequence[Any]) -> Event:
    """Return the event of a row, which is in the order of `COLUMN_NAMES`."""
    values = dict(zip(COLUMN_NAMES, row, strict=True))
    values["features"] = json.loads(values["features"])
    values["time"] = _EPOCH + values["time"] * _MICROSECOND
    return Event(**values)
