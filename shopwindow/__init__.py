"""Shopwindow finds products, and learns what to show.

This face has the values that every part shares; the parts are `embed`, `index`, `search`
and the packages beside this file.
"""

from shopwindow.values import *  # noqa: F403
from shopwindow.values import __all__ as __all__
