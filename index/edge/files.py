"""Names of the files in an index folder."""

import json
from pathlib import Path

from index.points import StoreSchema

CURRENT_FILE = "current"
LOCK_FILE = "lock"
MANIFEST_FILE = "manifest.json"
SCHEMA_FILE = "schema.json"
SHARD_PREFIX = "shard-"


def read_schema(path: Path) -> StoreSchema:
    """Return the schema that was stored beside the shards."""
    return StoreSchema.from_dict(json.loads(path.read_text()))


def is_index_file(name: str) -> bool:
    """Return whether a name in a folder is one of an index's own."""
    own = {CURRENT_FILE, LOCK_FILE, MANIFEST_FILE, SCHEMA_FILE}
    return name.removesuffix(".new") in own or name.startswith(SHARD_PREFIX)
