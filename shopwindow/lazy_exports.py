"""Names that a package exports, imported when they are first used.

Whoever needs one name of a package should not wait for all of it: the engine's process imports
`index.store.edge`, and must not load the feed readers.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def make_getattr(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package.

    Args:
        package: Its dotted name.
        modules: The module of each exported name.

    Returns:
        A function of the name; it raises AttributeError for any that is not exported.
    """

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(modules[name]), name)

    return get
