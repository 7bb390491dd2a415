"""Where a user's caches are."""

import os
from pathlib import Path


def find_cache_dir() -> Path | None:
    """Return the folder of what can be made again; None where the user has no home.

    Source: XDG base directory specification: by default a folder in ~/.cache.
    """
    try:
        cache_home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return None
    return cache_home / "shopwindow" if cache_home.is_absolute() else None
