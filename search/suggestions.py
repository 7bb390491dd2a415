"""What a begun query may go on as: the catalogue's words, its categories and brands."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from itertools import takewhile
from typing import Literal, NamedTuple, TypeAlias

from index.text.analyzer import fold
from search.query.entities import CatalogEntity
from shopwindow.values.arabic import strip_article
from shopwindow.values.errors import InvalidQueryError
from shopwindow.values.query import MAX_TEXT_CHARS
from shopwindow.values.validation import Validator

SuggestionKind: TypeAlias = Literal["word", "category", "brand"]

MAX_SUGGESTIONS = 50
MAX_ENTITY_SUGGESTIONS = 3
"""Categories and brands among suggestions, where words are left to fill the rest."""

MAX_NAME_WORDS = 4
"""Words of a name that are looked at together."""

_MANY = 300
"""Entries from which the best of those that begin alike are found in advance."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One way in which a begun query may go on.

    Attributes:
        text: What to search for: the words before, and the completion.
        kind: What the completion is.
        value: The completion as the catalogue writes it; a category or brand can be filtered by.
        before: The words before it, as typed.
        count: Products that have it.
    """

    text: str
    kind: SuggestionKind
    value: str
    before: str
    count: int


class _Entry(NamedTuple):
    """A completion by what it is found by; the order is that of preference.

    Attributes:
        rank: Minus the number of products.
        place: Which word of its name the key begins with: the first is preferred.
        value: The completion.
        kind: What it is.
    """

    rank: int
    place: int
    value: str
    kind: SuggestionKind


class Suggester:
    """The completions of one catalogue; built once, then each look-up is a bisection.

    Args:
        words: How many products have each word.
        names: What the catalogue's brands, categories and other things are called.
    """

    def __init__(self, words: Mapping[str, int], names: Iterable[CatalogEntity]) -> None:
        self._words = _Beginnings(_words(words))
        completing = (each for each in names if each.kind in {"category", "brand"})
        self._names = _Beginnings(
            (key, _Entry(-each.count, place, each.name, _kind(each.kind)))
            for each in completing
            for place, key in enumerate(_keys(each.name))
        )

    def suggest(self, begun: str, limit: int = 8) -> tuple[Suggestion, ...]:
        """Return how a begun query may go on: some categories and brands, then words.

        The last word is taken for begun, unless a blank follows it; the words before it stay. Case
        and the forms of Arabic letters do not matter.

        Args:
            begun: What was typed so far.
            limit: Most suggestions, 1 to 50.

        Returns:
            Those of most products first, within categories and brands and within words.

        Raises:
            InvalidQueryError: The limit is out of range, or the text too long or no text.
        """
        check = Validator(InvalidQueryError)
        begun = check.check_text("text", begun, MAX_TEXT_CHARS)
        limit = check.check_integer("limit", limit, f"1 to {MAX_SUGGESTIONS}", 1, MAX_SUGGESTIONS)
        words = begun.split()
        if not words:
            return ()
        is_begun = not begun[-1].isspace()
        names = self._named(words, is_begun, limit)
        told = {fold(each.value) for each in names}
        completed = self._completed(words, limit + len(told)) if is_begun else []
        more = [each for each in completed if fold(each.value) not in told]
        n_names = max(MAX_ENTITY_SUGGESTIONS, limit - len(more))
        return (*names[:n_names], *more)[:limit]

    def _named(self, words: list[str], is_begun: bool, limit: int) -> list[Suggestion]:
        """Return the names that begin as the last words do; as many words as some name has."""
        for n_words in range(min(len(words), MAX_NAME_WORDS), 0, -1):
            before, phrase = words[:-n_words], words[-n_words:]
            found = self._names.beginning(fold(" ".join(phrase)) + " " * (not is_begun), limit)
            if found:
                return [_suggestion(each, before) for each in found]
        return []

    def _completed(self, words: list[str], limit: int) -> list[Suggestion]:
        begun = fold(words[-1])
        found = self._words.beginning(begun, limit + 1)
        if not found:  # catalogues rarely have the article that shoppers type
            found = self._words.beginning(strip_article(begun), limit)
        whole = [each for each in found if fold(each.value) != begun]
        return [_suggestion(each, words[:-1]) for each in whole[:limit]]


class _Beginnings:
    """Finds the best entries whose keys begin with a text.

    Args:
        entries: Folded keys with what they stand for.
    """

    def __init__(self, entries: Iterable[tuple[str, _Entry]]) -> None:
        self._sorted = sorted(entries)
        self._keys = [key for key, _ in self._sorted]
        self._best = dict(_best_of_many(self._sorted))

    def beginning(self, start: str, limit: int) -> list[_Entry]:
        """Return the best entries, each value once."""
        if not start.strip():
            return []
        if start in self._best:
            return self._best[start][:limit]
        return _best(self._from(start), limit)

    def _from(self, start: str) -> Iterator[_Entry]:
        at = bisect_left(self._keys, start)
        rest = (self._sorted[place] for place in range(at, len(self._sorted)))
        return (entry for _, entry in takewhile(lambda each: each[0].startswith(start), rest))


def _best_of_many(
    entries: list[tuple[str, _Entry]],
) -> Iterator[tuple[str, list[_Entry]]]:
    """Yield each beginning that many keys have, with the best of their entries."""
    groups = {"": entries}
    while groups:
        finer: dict[str, list[tuple[str, _Entry]]] = {}
        for start, some in groups.items():
            for key, entry in some:
                if len(key) > len(start):
                    finer.setdefault(key[: len(start) + 1], []).append((key, entry))
        groups = {start: some for start, some in finer.items() if len(some) > _MANY}
        for start, some in groups.items():
            yield start, _best((entry for _, entry in some), 2 * MAX_SUGGESTIONS)


def _best(entries: Iterable[_Entry], limit: int) -> list[_Entry]:
    """Return the first entries in their order, a name that is found by several words once."""
    several = nsmallest(MAX_NAME_WORDS * limit, entries)
    first: dict[tuple[SuggestionKind, str], _Entry] = {}
    for each in several:
        first.setdefault((each.kind, each.value), each)
    return list(first.values())[:limit]


def _words(counts: Mapping[str, int]) -> Iterator[tuple[str, _Entry]]:
    """Yield each word once, as most products write it."""
    seen: set[str] = set()
    for word in sorted(counts, key=lambda each: (-counts[each], each)):
        key = fold(word)
        if key and key not in seen:
            seen.add(key)
            yield key, _Entry(-counts[word], 0, word, "word")


def _keys(name: str) -> Iterator[str]:
    """Yield a name from each of its words on: "coffee pots", "pots"."""
    words = fold(name).split()
    yield from (" ".join(words[place:]) for place in range(min(len(words), MAX_NAME_WORDS)))


def _kind(kind: str) -> SuggestionKind:
    return "brand" if kind == "brand" else "category"


def _suggestion(entry: _Entry, before: list[str]) -> Suggestion:
    text = " ".join((*before, entry.value))
    return Suggestion(text, entry.kind, entry.value, " ".join(before), -entry.rank)
