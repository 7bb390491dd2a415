"""What is known of the records of one system."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from index.catalog.json_feeds.plain_records import Record
from index.catalog.json_feeds.record_variants import expand


@dataclass(frozen=True, slots=True)
class RecordFormat:
    """Records of one system, or, by default, of any.

    Attributes:
        name: Its name as a format; empty for records of any system.
        is_record: Whether a record is one of this system.
        build: Returns the cells of each product of a record; none for a record of another kind.
        consumed: Keys that fill no field, whatever their names are.
    """

    name: str = ""
    is_record: Callable[[Record], bool] = lambda record: True
    build: Callable[[Record], Iterable[Mapping[str, object]]] = expand
    consumed: tuple[str, ...] = ()
