"""A small sample catalogue, created for this project: texts, scenes and rendered photos."""

from pathlib import Path

CATALOG = Path(__file__).with_name("catalog.csv")
"""Path of the sample feed; its photos are in the folder `photos` beside it."""

__all__ = ["CATALOG"]
