"""The metadata files of an index folder: their names, and checksums that reveal damage."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from index.store.points import Payload, StoreSchema
from shopwindow.values import digest, write_atomically
from shopwindow.values.errors import IndexStoreError

CURRENT_FILE = "current"
LOCK_FILE = "lock"
LOG_FILE = "engine.log"
MANIFEST_FILE = "manifest.json"
SCHEMA_FILE = "schema.json"
SOCKET_FILE = "socket"
CHECKSUMS_FILE = "sums.json"
WRITE_LOCK_FILE = "turn"
JOURNAL_FILE = "updates.journal"
SHARD_PREFIX = "shard-"
BUILD_PREFIX = "build-"

_CHECKSUM = "checksum"
_SHARD_NAME = re.compile(r"shard-[0-9a-f]{1,32}")
_CURRENT_WITHOUT_CHECKSUM = re.compile(r"(shard-[0-9a-f]{1,32}) (\d{1,12})\n?")


@dataclass(frozen=True, slots=True)
class CurrentShard:
    """The shard that is in use.

    Attributes:
        shard: Name of the shard.
        n_graph_vectors: Number of vectors that its graph was built over; 0 without a graph.
        stale_shard: A shard that is not in use and may be deleted: the one that this shard
            replaced, or one that was about to replace it; empty for none.
    """

    shard: str
    n_graph_vectors: int = 0
    stale_shard: str = ""


def read_current_shard(folder: Path) -> CurrentShard:
    """Return the shard that is in use.

    Raises:
        IndexStoreError: The file is damaged; nothing was changed.
    """
    path = folder / CURRENT_FILE
    text = path.read_bytes().decode("utf-8", "replace")
    old_format = _CURRENT_WITHOUT_CHECKSUM.fullmatch(text)
    if old_format:  # of versions before checksums; the number meant points, not vectors
        return CurrentShard(old_format[1])
    values = _parse(path, text)
    if values.keys() != {"shard", "n_built", "leftover"}:
        raise IndexStoreError(format_damage_message(path))
    current = CurrentShard(values["shard"], values["n_built"], values["leftover"])
    for name in (current.shard, current.stale_shard or current.shard):
        if not _SHARD_NAME.fullmatch(name):
            raise IndexStoreError(format_damage_message(path))
    return current


def write_current_shard(folder: Path, current: CurrentShard) -> None:
    """Write durably which shard is in use from now on."""
    values = {
        "shard": current.shard,
        "n_built": current.n_graph_vectors,
        "leftover": current.stale_shard,
    }
    write_checksummed(folder / CURRENT_FILE, values)


def read_schema(path: Path) -> StoreSchema:
    """Return the schema that was stored beside the shards.

    Raises:
        IndexStoreError: The file is missing or damaged.
    """
    try:
        return StoreSchema.from_dict(read_checksummed(path))
    except FileNotFoundError as exc:
        raise IndexStoreError(format_damage_message(path)) from exc
    except (KeyError, TypeError) as exc:
        raise IndexStoreError(format_damage_message(path)) from exc


def write_checksummed(path: Path, values: Payload) -> None:
    """Write JSON values durably, with a checksum."""
    record = {**values, _CHECKSUM: _compute_checksum(values)}
    write_atomically(path, json.dumps(record, ensure_ascii=False, indent=2).encode())


def read_checksummed(path: Path) -> Payload:
    """Return the values that `write_checksummed`, or a version before checksums, wrote.

    Raises:
        FileNotFoundError: There is no such file.
        IndexStoreError: The file is damaged.
    """
    return _parse(path, path.read_bytes().decode("utf-8", "replace"))


def format_damage_message(path: Path) -> str:
    """Return the error message for a file that is not as it was written or closed."""
    return (
        f"{path} is damaged. Nothing was deleted: restore the file from a backup, or index the "
        "feed into a new folder."
    )


def is_index_file(name: str) -> bool:
    """Return whether a name in a folder belongs to an index."""
    names = {CURRENT_FILE, LOCK_FILE, LOG_FILE, MANIFEST_FILE, SCHEMA_FILE}
    names |= {SOCKET_FILE, CHECKSUMS_FILE, WRITE_LOCK_FILE, JOURNAL_FILE}
    return name.removesuffix(".new") in names or name.startswith((SHARD_PREFIX, BUILD_PREFIX))


def _parse(path: Path, text: str) -> Payload:
    try:
        values = json.loads(text)
    except ValueError as exc:
        raise IndexStoreError(format_damage_message(path)) from exc
    if not isinstance(values, dict):
        raise IndexStoreError(format_damage_message(path))
    stored = values.pop(_CHECKSUM, None)
    # Versions before checksums wrote none; the users of the values check them.
    if stored not in (None, _compute_checksum(values)):
        raise IndexStoreError(format_damage_message(path))
    return values


def _compute_checksum(values: Payload) -> str:
    return digest(values)
