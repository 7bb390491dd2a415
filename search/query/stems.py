"""Phrases as the index compares them."""

from collections.abc import Sequence
from typing import TypeAlias

from index.text.analyzer import Word, analyse, stems_in
from index.text.latin import without_elisions

Stems: TypeAlias = tuple[str, ...]
"""The stems of a phrase's words, in order."""


def stems_of(text: str) -> Stems:
    """Return the stems of a phrase's words."""
    return tuple(word.stem for word in analyse(text))


def asked_words(text: str, languages: Sequence[str]) -> tuple[Word, ...]:
    """Return the words of a text that may be in any language of a catalogue.

    Args:
        text: What is asked for; what one of the languages elides is left out.
        languages: Those of the catalogue that have stemmers of their own.
    """
    return analyse(without_elisions(text, languages))


def surfaces_by_stem(text: str, languages: Sequence[str]) -> dict[str, str]:
    """Return the words of a text as typed, by each stem that they have in a catalogue.

    What the analyser joins though it is written apart is no word of the text.
    """
    typed = (word for word in asked_words(text, languages) if word.surface in word.typed)
    return {stem: word.surface for word in typed for stem in stems_in(word, languages)}
