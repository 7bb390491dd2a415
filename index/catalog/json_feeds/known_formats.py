"""The records that are recognized by their keys."""

from collections.abc import Mapping, Sequence

from index.catalog.json_feeds.plain_records import Record
from index.catalog.json_feeds.record_formats import RecordFormat

_FORMATS: tuple[RecordFormat, ...] = ()
RECORD_FORMATS: Mapping[str, RecordFormat] = {known.name: known for known in _FORMATS}
"""Formats by name, in the order in which records are compared with them."""


def find_format(records: Sequence[Record]) -> RecordFormat:
    """Return the format that most of a feed's first records have; that of any feed without one."""
    for known in _FORMATS:
        if sum(map(known.is_record, records)) * 2 > len(records):
            return known
    return RecordFormat()
