"""Stems of phrases and queries, as the index compares them."""

from collections.abc import Sequence
from typing import TypeAlias

from index.text import Token, analyze, get_stems, strip_elisions

Stems: TypeAlias = tuple[str, ...]
"""The stems of a phrase's words, in order."""


def stem_phrase(text: str) -> Stems:
    """Return the stems of a phrase's words."""
    return tuple(token.stem for token in analyze(text))


def analyze_query(text: str, languages: Sequence[str]) -> tuple[Token, ...]:
    """Return the tokens of a text that may be in any language of a catalogue.

    Args:
        text: The query's text; elided articles of the languages ("l'") are stripped.
        languages: Those of the catalogue that have stemmers of their own.
    """
    return analyze(strip_elisions(text, languages))


def map_stems_to_surfaces(text: str, languages: Sequence[str]) -> dict[str, str]:
    """Return the words of a text as typed, by each stem that they have in a catalogue.

    Tokens that the analyzer joins from separate words are left out.
    """
    tokens = analyze_query(text, languages)
    typed = (token for token in tokens if token.surface in token.source)
    return {stem: token.surface for token in typed for stem in get_stems(token, languages)}
