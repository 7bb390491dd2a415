"""Whether a rule is active for a query; what does not depend on the query is computed once."""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple, Self

from index.text import Token, analyze
from search.query.stems import Stems
from search.rules.actions import Redirect, Synonyms
from search.rules.rule import Rule
from search.rules.selection import parse_category_path
from shopwindow.values import Filters, as_tuple, strip_article

_PLURAL = "ات"
_SINGULAR = "ة"
_MIN_LETTERS = 3
_CACHED_WORDS = 20_000


class StemForms(NamedTuple):
    """The stems of a text in two ways: "T-shirt" as t, shirt, and as tshirt."""

    split: Stems
    joined: Stems


def build_stem_forms(text: str) -> StemForms:
    """Return the stems of a text, with compounds both split and joined."""
    split_stems: list[str] = []
    joined_stems: list[str] = []
    pending_surfaces: list[str] = []  # of a hyphenated word, or a number with unit
    pending_stems: list[str] = []
    for token in analyze(text):
        stem = _stem(token)
        if len(pending_surfaces) > 1 and token.surface == "".join(pending_surfaces):
            joined_stems.append(stem)
            pending_surfaces, pending_stems = [], []
            continue
        split_stems.append(stem)
        if token.surface == token.source:
            joined_stems += [*pending_stems, stem]
            pending_surfaces, pending_stems = [], []
        else:
            pending_surfaces.append(token.surface)
            pending_stems.append(stem)
    return StemForms(tuple(split_stems), tuple([*joined_stems, *pending_stems]))


def _stem(token: Token) -> str:
    """Return a token's stem; that of the singular for an Arabic feminine plural.

    The stemmer gives them two different stems: عباية and عبايات.
    """
    return _singular(token.surface) or token.stem if token.surface.endswith(_PLURAL) else token.stem


@lru_cache(maxsize=_CACHED_WORDS)
def _singular(surface: str) -> str:
    """Return the stem of a feminine plural's singular; "" when the rest is too short for a word."""
    root = strip_article(surface).removesuffix(_PLURAL)
    return analyze(root + _SINGULAR)[0].stem if len(root) >= _MIN_LETTERS else ""


class RuleContext(NamedTuple):
    """What of a search decides which rules are active.

    Attributes:
        forms: Stems of its text.
        category: Nodes of the category that it is filtered to.
        merchants: The merchants that it is filtered to; empty for all.
        at: Time of the search, in seconds since 1970.
    """

    forms: StemForms
    category: tuple[str, ...]
    merchants: tuple[str, ...]
    at: float

    @classmethod
    def from_query(cls, text: str, filters: Filters, at: float) -> Self:
        """Return the context of a text with some filters."""
        merchants = as_tuple(filters.merchant_id)
        return cls(build_stem_forms(text), parse_category_path(filters.category), merchants, at)


class RuleMatcher:
    """Decides whether a rule is active.

    Args:
        rule: The rule.
    """

    __slots__ = ("_contains", "category", "needs_merchant", "rule", "start", "texts", "until")

    def __init__(self, rule: Rule) -> None:
        scope = rule.scope
        self.rule = rule
        self.texts = tuple(build_stem_forms(text) for text in scope.query)
        self.category = parse_category_path(scope.category)
        self.start = scope.start.timestamp() if scope.start else -math.inf
        self.until = scope.until.timestamp() if scope.until else math.inf
        self.needs_merchant = isinstance(rule.action, Redirect | Synonyms)
        self._contains = _MATCHERS[scope.match]

    def matches(self, context: RuleContext) -> bool:
        """Return whether the rule is active for a search."""
        if not self.start <= context.at < self.until:
            return False
        if self.category and not is_within(context.category, self.category):
            return False
        if self.rule.scope.merchant and not self._is_of_merchant(context.merchants):
            return False
        return not self.texts or self.matches_text(context.forms)

    def matches_text(self, forms: StemForms) -> bool:
        """Return whether a query contains one of the rule's texts."""
        contains = self._contains
        return any(contains(*pair) for text in self.texts for pair in zip(text, forms, strict=True))

    def _is_of_merchant(self, merchants: tuple[str, ...]) -> bool:
        """Return whether the rule can affect products of the merchants in the filter."""
        merchant = self.rule.scope.merchant
        if self.needs_merchant:
            return merchants == (merchant,)
        return not merchants or merchant in merchants


def is_within(category: tuple[str, ...], node: tuple[str, ...]) -> bool:
    """Return whether a category is a node of the tree or below it, as far as its path tells.

    Args:
        category: Nodes of a path, or a name alone.
        node: Nodes of a path, or a name alone.
    """
    if not category:
        return False
    return _has_phrase(node, category) or node[-len(category) :] == category


def _has_phrase(pattern: Stems, query_stems: Stems) -> bool:
    length = len(pattern)
    return any(
        query_stems[start : start + length] == pattern
        for start in range(len(query_stems) - length + 1)
    )


def _has_words(pattern: Stems, query_stems: Stems) -> bool:
    return all(stem in query_stems for stem in pattern)


def _is_equal(pattern: Stems, query_stems: Stems) -> bool:
    return pattern == query_stems


_MATCHERS: Mapping[str, Callable[[Stems, Stems], bool]] = {
    "phrase": _has_phrase,
    "words": _has_words,
    "exact": _is_equal,
}
