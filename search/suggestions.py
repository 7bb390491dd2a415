"""Autocomplete: completions of a partial query from the catalogue's words, categories, brands."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from itertools import takewhile
from typing import Literal, NamedTuple, TypeAlias

from index.text import fold
from search.query.entities import CatalogEntity
from shopwindow.values import MAX_TEXT_CHARS, Validator, strip_article
from shopwindow.values.errors import InvalidQueryError

SuggestionKind: TypeAlias = Literal["word", "category", "brand"]

MAX_SUGGESTIONS = 50
MAX_ENTITY_SUGGESTIONS = 3
"""Categories and brands among suggestions, where there are enough words to fill the rest."""

MAX_NAME_WORDS = 4
"""Words of a name that are matched together."""

_PRECOMPUTE_MIN_ENTRIES = 300
"""Entries with one prefix above which the best of them are precomputed."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One completion of a partial query.

    Attributes:
        text: The whole query: the words before the completion, and the completion.
        kind: What the completion is.
        value: The completion as the catalogue writes it; a category or brand can be a filter.
        before: The words before the completion, as typed.
        count: Products that have the completion.
    """

    text: str
    kind: SuggestionKind
    value: str
    before: str
    count: int


class _Entry(NamedTuple):
    """A completion under one of its keys; better ones sort first.

    Attributes:
        negative_count: Minus the number of products.
        word_offset: The word of the name that the key begins with, from 0: the first is preferred.
        value: The completion.
        kind: What it is.
    """

    negative_count: int
    word_offset: int
    value: str
    kind: SuggestionKind


class Suggester:
    """Completes queries from one catalogue; each look-up is a bisection of sorted keys.

    Args:
        word_counts: How many products have each word.
        entities: The catalogue's entities; only its brands and categories are suggested.
    """

    def __init__(self, word_counts: Mapping[str, int], entities: Iterable[CatalogEntity]) -> None:
        self._words = _PrefixIndex(_generate_word_entries(word_counts))
        named = (entity for entity in entities if entity.kind in {"category", "brand"})
        self._names = _PrefixIndex(
            (key, _Entry(-entity.count, offset, entity.name, _to_suggestion_kind(entity.kind)))
            for entity in named
            for offset, key in enumerate(_generate_name_keys(entity.name))
        )

    def suggest(self, text: str, limit: int = 8) -> tuple[Suggestion, ...]:
        """Return completions of a partial query: some categories and brands, then words.

        The last word is completed, unless a blank follows it; the words before it stay. Case and
        the forms of Arabic letters do not matter.

        Args:
            text: What was typed so far.
            limit: Most suggestions, 1 to 50.

        Returns:
            Those with most products first, within categories and brands and within words.

        Raises:
            InvalidQueryError: The limit is out of range, or the text too long or not a string.
        """
        check = Validator(InvalidQueryError)
        text = check.check_text("text", text, MAX_TEXT_CHARS)
        limit = check.check_integer("limit", limit, f"1 to {MAX_SUGGESTIONS}", 1, MAX_SUGGESTIONS)
        words = text.split()
        if not words:
            return ()
        is_partial = not text[-1].isspace()
        names = self._complete_names(words, is_partial, limit)
        folded_names = {fold(name.value) for name in names}
        completed = self._complete_word(words, limit + len(folded_names)) if is_partial else []
        other_words = [word for word in completed if fold(word.value) not in folded_names]
        n_names = max(MAX_ENTITY_SUGGESTIONS, limit - len(other_words))
        return (*names[:n_names], *other_words)[:limit]

    def _complete_names(self, words: list[str], is_partial: bool, limit: int) -> list[Suggestion]:
        """Return the names that begin with the last words: with as many of them as match."""
        for n_words in range(min(len(words), MAX_NAME_WORDS), 0, -1):
            before, phrase = words[:-n_words], words[-n_words:]
            prefix = fold(" ".join(phrase)) + " " * (not is_partial)
            entries = self._names.find(prefix, limit)
            if entries:
                return [_build_suggestion(entry, before) for entry in entries]
        return []

    def _complete_word(self, words: list[str], limit: int) -> list[Suggestion]:
        prefix = fold(words[-1])
        entries = self._words.find(prefix, limit + 1)
        if not entries:  # catalogues rarely have the article that shoppers type
            entries = self._words.find(strip_article(prefix), limit)
        longer = [entry for entry in entries if fold(entry.value) != prefix]
        return [_build_suggestion(entry, words[:-1]) for entry in longer[:limit]]


class _PrefixIndex:
    """Finds the best entries whose keys begin with a prefix.

    Args:
        keyed_entries: Folded keys with their entries.
    """

    def __init__(self, keyed_entries: Iterable[tuple[str, _Entry]]) -> None:
        self._sorted = sorted(keyed_entries)
        self._keys = [key for key, _ in self._sorted]
        self._best_by_prefix = dict(_precompute_best(self._sorted))

    def find(self, prefix: str, limit: int) -> list[_Entry]:
        """Return the best entries, each value once."""
        if not prefix.strip():
            return []
        if prefix in self._best_by_prefix:
            return self._best_by_prefix[prefix][:limit]
        return _select_best(self._scan(prefix), limit)

    def _scan(self, prefix: str) -> Iterator[_Entry]:
        start = bisect_left(self._keys, prefix)
        following = (self._sorted[i] for i in range(start, len(self._sorted)))
        return (entry for _, entry in takewhile(lambda item: item[0].startswith(prefix), following))


def _precompute_best(
    keyed_entries: list[tuple[str, _Entry]],
) -> Iterator[tuple[str, list[_Entry]]]:
    """Yield each prefix that many keys have, with the best of their entries."""
    groups = {"": keyed_entries}
    while groups:
        longer: dict[str, list[tuple[str, _Entry]]] = {}
        for prefix, group in groups.items():
            for key, entry in group:
                if len(key) > len(prefix):
                    longer.setdefault(key[: len(prefix) + 1], []).append((key, entry))
        groups = {
            prefix: group
            for prefix, group in longer.items()
            if len(group) > _PRECOMPUTE_MIN_ENTRIES
        }
        for prefix, group in groups.items():
            yield prefix, _select_best((entry for _, entry in group), 2 * MAX_SUGGESTIONS)


def _select_best(entries: Iterable[_Entry], limit: int) -> list[_Entry]:
    """Return the best entries in order; a name that matches by several words comes once."""
    best = nsmallest(MAX_NAME_WORDS * limit, entries)
    unique: dict[tuple[SuggestionKind, str], _Entry] = {}
    for entry in best:
        unique.setdefault((entry.kind, entry.value), entry)
    return list(unique.values())[:limit]


def _generate_word_entries(counts: Mapping[str, int]) -> Iterator[tuple[str, _Entry]]:
    """Yield each word once by its folded form, in the spelling that most products use."""
    seen: set[str] = set()
    for word in sorted(counts, key=lambda word: (-counts[word], word)):
        key = fold(word)
        if key and key not in seen:
            seen.add(key)
            yield key, _Entry(-counts[word], 0, word, "word")


def _generate_name_keys(name: str) -> Iterator[str]:
    """Yield a folded name from each of its words on: "coffee pots", "pots"."""
    words = fold(name).split()
    yield from (" ".join(words[start:]) for start in range(min(len(words), MAX_NAME_WORDS)))


def _to_suggestion_kind(entity_kind: str) -> SuggestionKind:
    return "brand" if entity_kind == "brand" else "category"


def _build_suggestion(entry: _Entry, before: list[str]) -> Suggestion:
    text = " ".join((*before, entry.value))
    return Suggestion(text, entry.kind, entry.value, " ".join(before), -entry.negative_count)
