"""One rule of a merchandiser: what it does, and when."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias, get_args

from search.query.stems import stem_phrase
from search.rules.actions import Action
from search.rules.rule_checks import (
    format_value,
    raise_on_faults,
    validate_text,
    validate_texts,
    validate_time,
)

MatchType: TypeAlias = Literal["phrase", "words", "exact"]
RuleStatus: TypeAlias = Literal["active", "scheduled", "expired"]

_EXACTNESS = {"exact": 3, "phrase": 2, "words": 1}


@dataclass(frozen=True, slots=True)
class RuleScope:
    """When a rule holds, and whose products it touches.

    Attributes:
        query: Texts of which one must be in the query; none for every search. Words are compared
            by their stems: "abaya" holds for "abayas", "عباية" for "العبايات".
        match: "phrase": the words of a text stand together in the query, in their order. "words":
            all are in it. "exact": it has no others.
        category: Only searches filtered to this category, or to one below it.
        merchant: Only products of this merchant are touched; redirects and synonyms hold only when
            the search is filtered to this merchant.
        start: From this time on.
        until: Up to this time, exclusive.

    Raises:
        RuleError: A text without words or that is none, a time without a zone, or an end before
            the beginning.
    """

    query: tuple[str, ...] = ()
    match: MatchType = "phrase"
    category: str = ""
    merchant: str = ""
    start: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Check texts and window.

        Raises:
            RuleError: See the class.
        """
        faults = [] if self.query == () else validate_texts("query", self.query)
        if not faults:
            bare = [each for each in self.query if not stem_phrase(each)]
            faults = [f"`query`: {format_value(each)} has no word or number in it" for each in bare]
        if self.match not in get_args(MatchType):
            expected = ", ".join(get_args(MatchType))
            faults.append(f"`match`: expected one of {expected}, got {format_value(self.match)}")
        for name in ("category", "merchant"):
            faults += validate_text(name, getattr(self, name))
        raise_on_faults(faults + self._window_faults())

    @property
    def specificity(self) -> int:
        """How narrowly the query is described; of two rules the more exact comes first."""
        return _EXACTNESS[self.match] if self.query else 0

    def get_status(self, now: datetime) -> RuleStatus:
        """Return where a time stands to the window."""
        if self.until is not None and now >= self.until:
            return "expired"
        return "scheduled" if self.start is not None and now < self.start else "active"

    def _window_faults(self) -> list[str]:
        times = {"from": self.start, "until": self.until}
        given = {name: at for name, at in times.items() if at is not None}
        faults = [fault for name, at in given.items() for fault in validate_time(name, at)]
        if faults:
            return faults
        if self.start is not None and self.until is not None and self.start >= self.until:
            later = f"a time after `from` ({format_value(self.start)})"
            return [f"`until`: expected {later}, got {format_value(self.until)}"]
        return []


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        name: Names it in explanations; no two rules of a book have the same.
        action: What it does.
        scope: When it holds; always, for every search, when not given.

    Raises:
        RuleError: It has no name, or does nothing.
    """

    name: str
    action: Action
    scope: RuleScope = field(default_factory=RuleScope)

    def __post_init__(self) -> None:
        """Check name and action.

        Raises:
            RuleError: See the class.
        """
        faults = validate_text("name", self.name, required=True)
        if not isinstance(self.action, get_args(Action)):
            faults.append(
                f"expected what the rule does, such as Pin, got {format_value(self.action)}"
            )
        if not isinstance(self.scope, RuleScope):
            faults.append(
                f"expected when the rule holds, as a Scope, got {format_value(self.scope)}"
            )
        raise_on_faults(faults)
