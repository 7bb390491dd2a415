"""Whether a rule holds for a query: everything that can be known before is worked out once."""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple, Self

from index.text.analyzer import Token, analyze
from search.query.stems import Stems
from search.rules.actions import Redirect, Synonyms
from search.rules.rule import Rule
from search.rules.selection import parse_category_path
from shopwindow.values.arabic import strip_article
from shopwindow.values.query import Filters, as_tuple

_PLURAL = "ات"
_SINGULAR = "ة"
_MIN_LETTERS = 3
_CACHED_WORDS = 20_000


class StemForms(NamedTuple):
    """A text by its stems, in two ways: "T-shirt" as t, shirt, and as tshirt."""

    split: Stems
    joined: Stems


def build_stem_forms(text: str) -> StemForms:
    """Return the stems of a text, with what the analyser takes apart both apart and in one."""
    apart: list[str] = []
    together: list[str] = []
    pieces: list[str] = []  # of the word with hyphens, or the number with unit, being read
    stems: list[str] = []
    for word in analyze(text):
        stem = _stem(word)
        if len(pieces) > 1 and word.surface == "".join(pieces):
            together.append(stem)
            pieces, stems = [], []
            continue
        apart.append(stem)
        if word.surface == word.source:
            together += [*stems, stem]
            pieces, stems = [], []
        else:
            pieces.append(word.surface)
            stems.append(stem)
    return StemForms(tuple(apart), tuple([*together, *stems]))


def _stem(word: Token) -> str:
    """Return a word's stem; that of the singular for an Arabic feminine plural.

    The stemmer takes them for two words: عباية and عبايات.
    """
    return _singular(word.surface) or word.stem if word.surface.endswith(_PLURAL) else word.stem


@lru_cache(maxsize=_CACHED_WORDS)
def _singular(surface: str) -> str:
    """Return the stem of a feminine plural's singular, "" when too little is left to be a word."""
    root = strip_article(surface).removesuffix(_PLURAL)
    return analyze(root + _SINGULAR)[0].stem if len(root) >= _MIN_LETTERS else ""


class RuleContext(NamedTuple):
    """What of one search decides which rules hold.

    Attributes:
        forms: Its words.
        category: Nodes of the category that it is filtered to.
        merchants: The merchants that it is filtered to; none for all.
        at: When it is asked, in seconds since 1970.
    """

    forms: StemForms
    category: tuple[str, ...]
    merchants: tuple[str, ...]
    at: float

    @classmethod
    def from_query(cls, text: str, filters: Filters, at: float) -> Self:
        """Return what decides for a text under some filters."""
        merchants = as_tuple(filters.merchant_id)
        return cls(build_stem_forms(text), parse_category_path(filters.category), merchants, at)


class RuleMatcher:
    """Says whether a rule holds.

    Args:
        rule: The rule.
    """

    __slots__ = ("_holds", "category", "needs_merchant", "rule", "start", "texts", "until")

    def __init__(self, rule: Rule) -> None:
        scope = rule.scope
        self.rule = rule
        self.texts = tuple(build_stem_forms(text) for text in scope.query)
        self.category = parse_category_path(scope.category)
        self.start = scope.start.timestamp() if scope.start else -math.inf
        self.until = scope.until.timestamp() if scope.until else math.inf
        self.needs_merchant = isinstance(rule.action, Redirect | Synonyms)
        self._holds = _HOLDS[scope.match]

    def matches(self, search: RuleContext) -> bool:
        """Return whether the rule holds for a search."""
        if not self.start <= search.at < self.until:
            return False
        if self.category and not is_within(search.category, self.category):
            return False
        if self.rule.scope.merchant and not self._is_of_merchant(search.merchants):
            return False
        return not self.texts or self.matches_text(search.forms)

    def matches_text(self, forms: StemForms) -> bool:
        """Return whether one of the rule's texts is in a query."""
        holds = self._holds
        return any(holds(*pair) for text in self.texts for pair in zip(text, forms, strict=True))

    def _is_of_merchant(self, merchants: tuple[str, ...]) -> bool:
        """Return whether the rule can touch anything of what the search is filtered to."""
        merchant = self.rule.scope.merchant
        if self.needs_merchant:
            return merchants == (merchant,)
        return not merchants or merchant in merchants


def is_within(category: tuple[str, ...], node: tuple[str, ...]) -> bool:
    """Return whether a category is a node of the tree, or below it, as far as its path says.

    Args:
        category: Nodes of a path, or a name alone.
        node: The same.
    """
    if not category:
        return False
    return _has_phrase(node, category) or node[-len(category) :] == category


def _has_phrase(wanted: Stems, asked: Stems) -> bool:
    n = len(wanted)
    return any(asked[i : i + n] == wanted for i in range(len(asked) - n + 1))


def _has_words(wanted: Stems, asked: Stems) -> bool:
    return all(each in asked for each in wanted)


def _is_whole(wanted: Stems, asked: Stems) -> bool:
    return wanted == asked


_HOLDS: Mapping[str, Callable[[Stems, Stems], bool]] = {
    "phrase": _has_phrase,
    "words": _has_words,
    "exact": _is_whole,
}
