"""Phrases as the index compares them."""

from typing import TypeAlias

from index.analyser import analyse

Stems: TypeAlias = tuple[str, ...]
"""The stems of a phrase's words, in order."""


def stems_of(text: str) -> Stems:
    """Return the stems of a phrase's words."""
    return tuple(word.stem for word in analyse(text))
