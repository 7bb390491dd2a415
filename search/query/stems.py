"""Phrases as the index compares them."""

from collections.abc import Sequence
from typing import TypeAlias

from index.text.analyzer import Token, analyze, get_stems
from index.text.latin import strip_elisions

Stems: TypeAlias = tuple[str, ...]
"""The stems of a phrase's words, in order."""


def stem_phrase(text: str) -> Stems:
    """Return the stems of a phrase's words."""
    return tuple(word.stem for word in analyze(text))


def analyze_query(text: str, languages: Sequence[str]) -> tuple[Token, ...]:
    """Return the words of a text that may be in any language of a catalogue.

    Args:
        text: What is asked for; what one of the languages elides is left out.
        languages: Those of the catalogue that have stemmers of their own.
    """
    return analyze(strip_elisions(text, languages))


def map_stems_to_surfaces(text: str, languages: Sequence[str]) -> dict[str, str]:
    """Return the words of a text as typed, by each stem that they have in a catalogue.

    What the analyser joins though it is written apart is no word of the text.
    """
    typed = (word for word in analyze_query(text, languages) if word.surface in word.source)
    return {stem: word.surface for word in typed for stem in get_stems(word, languages)}
