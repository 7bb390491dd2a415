"""A small sample catalogue, made from scratch: texts, scenes and pictures."""

from pathlib import Path

CATALOG = Path(__file__).with_name("catalog.csv")
"""The feed of the sample catalogue; the photos it names lie beside it, in `photos`."""

__all__ = ["CATALOG"]
