"""Shopwindow finds products, and learns what to show.

This face has the values that every part shares; the parts are `embed`, `index`, `search`
and the packages beside this file.
"""

from shopwindow import values as _values
from shopwindow.values import *  # noqa: F403
from shopwindow.version import __version__

__all__ = [*_values.__all__, "__version__"]
