"""The small files of an index folder: their names, and how damage to one of them is noticed."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from index.store.points import Payload, StoreSchema
from shopwindow.values.atomic_files import write_atomically
from shopwindow.values.encoder import digest
from shopwindow.values.errors import IndexStoreError

CURRENT_FILE = "current"
LOCK_FILE = "lock"
LOG_FILE = "engine.log"
MANIFEST_FILE = "manifest.json"
SCHEMA_FILE = "schema.json"
SOCKET_FILE = "socket"
CHECKSUMS_FILE = "sums.json"
WRITE_LOCK_FILE = "turn"
SHARD_PREFIX = "shard-"
BUILD_PREFIX = "build-"

_CHECKSUM = "checksum"
_SHARD_NAME = re.compile(r"shard-[0-9a-f]{1,32}")
_OLD_CURRENT = re.compile(r"(shard-[0-9a-f]{1,32}) (\d{1,12})\n?")


@dataclass(frozen=True, slots=True)
class CurrentShard:
    """Which shard is in use.

    Attributes:
        shard: Its name.
        n_graph_vectors: Vectors that its graph was built over; 0 without a graph.
        stale_shard: A shard that is not in use and may be deleted: what this one took the place of,
            or what was about to take its place; empty for none.
    """

    shard: str
    n_graph_vectors: int = 0
    stale_shard: str = ""


def read_current_shard(folder: Path) -> CurrentShard:
    """Return which shard is in use.

    Raises:
        IndexStoreError: The file is damaged. Nothing was changed.
    """
    path = folder / CURRENT_FILE
    text = path.read_bytes().decode("utf-8", "replace")
    old = _OLD_CURRENT.fullmatch(text)
    if old:  # as versions before the checksum wrote it; the number meant points, not vectors
        return CurrentShard(old[1])
    values = _parsed(path, text)
    if values.keys() != {"shard", "n_built", "leftover"}:
        raise IndexStoreError(format_damage_message(path))
    current = CurrentShard(values["shard"], values["n_built"], values["leftover"])
    for name in (current.shard, current.stale_shard or current.shard):
        if not _SHARD_NAME.fullmatch(name):
            raise IndexStoreError(format_damage_message(path))
    return current


def write_current_shard(folder: Path, current: CurrentShard) -> None:
    """Say durably which shard is in use from now on."""
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
    record = {**values, _CHECKSUM: _sum_of(values)}
    write_atomically(path, json.dumps(record, ensure_ascii=False, indent=2).encode())


def read_checksummed(path: Path) -> Payload:
    """Return the values that `write_checksummed` wrote, or that a version before checksums wrote.

    Raises:
        FileNotFoundError: There is no such file.
        IndexStoreError: The file is damaged.
    """
    return _parsed(path, path.read_bytes().decode("utf-8", "replace"))


def format_damage_message(path: Path) -> str:
    """Return what to say of a file that is not as it was written, or as it was at closing."""
    return (
        f"{path} is damaged. Nothing was deleted: put the file back from a backup, or index the "
        "feed into a new folder."
    )


def is_index_file(name: str) -> bool:
    """Return whether a name in a folder is one of an index's own."""
    own = {CURRENT_FILE, LOCK_FILE, LOG_FILE, MANIFEST_FILE, SCHEMA_FILE}
    own |= {SOCKET_FILE, CHECKSUMS_FILE, WRITE_LOCK_FILE}
    return name.removesuffix(".new") in own or name.startswith((SHARD_PREFIX, BUILD_PREFIX))


def _parsed(path: Path, text: str) -> Payload:
    try:
        values = json.loads(text)
    except ValueError as exc:
        raise IndexStoreError(format_damage_message(path)) from exc
    if not isinstance(values, dict):
        raise IndexStoreError(format_damage_message(path))
    stored = values.pop(_CHECKSUM, None)
    # Versions before checksums wrote none; whoever uses the values checks them.
    if stored not in (None, _sum_of(values)):
        raise IndexStoreError(format_damage_message(path))
    return values


def _sum_of(values: Payload) -> str:
    return digest(values)
