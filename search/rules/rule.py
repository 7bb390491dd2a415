"""One merchandising rule: what it does, and when it is active."""

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

_SPECIFICITY = {"exact": 3, "phrase": 2, "words": 1}


@dataclass(frozen=True, slots=True)
class RuleScope:
    """When a rule is active, and whose products it affects.

    Attributes:
        query: Texts of which the query must contain one; empty for every search. Words are compared
            by their stems: "abaya" matches "abayas", "عباية" matches "العبايات".
        match: "phrase": the words of a text are adjacent in the query, in their order. "words":
            all are in it. "exact": it has no others.
        category: Only searches filtered to this category, or to one below it.
        merchant: Only products of this merchant are affected; redirects and synonyms are active
            only when the search is filtered to this merchant.
        start: From this time on.
        until: Up to this time, exclusive.

    Raises:
        RuleError: A text is not a string or has no words, a time has no zone, or the end is not
            after the start.
    """

    query: tuple[str, ...] = ()
    match: MatchType = "phrase"
    category: str = ""
    merchant: str = ""
    start: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Check texts and times.

        Raises:
            RuleError: See the class.
        """
        faults = [] if self.query == () else validate_texts("query", self.query)
        if not faults:
            empty_texts = [text for text in self.query if not stem_phrase(text)]
            faults = [
                f"`query`: {format_value(text)} has no word or number in it" for text in empty_texts
            ]
        if self.match not in get_args(MatchType):
            expected = ", ".join(get_args(MatchType))
            faults.append(f"`match`: expected one of {expected}, got {format_value(self.match)}")
        for name in ("category", "merchant"):
            faults += validate_text(name, getattr(self, name))
        raise_on_faults(faults + self._window_faults())

    @property
    def specificity(self) -> int:
        """How specific the query match is; the more specific of two rules comes first."""
        return _SPECIFICITY[self.match] if self.query else 0

    def get_status(self, now: datetime) -> RuleStatus:
        """Return the status of the rule at a time."""
        if self.until is not None and now >= self.until:
            return "expired"
        return "scheduled" if self.start is not None and now < self.start else "active"

    def _window_faults(self) -> list[str]:
        times = {"from": self.start, "until": self.until}
        set_times = {name: time for name, time in times.items() if time is not None}
        faults = [fault for name, time in set_times.items() for fault in validate_time(name, time)]
        if faults:
            return faults
        if self.start is not None and self.until is not None and self.start >= self.until:
            expected = f"a time after `from` ({format_value(self.start)})"
            return [f"`until`: expected {expected}, got {format_value(self.until)}"]
        return []


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        name: Identifies it in explanations; unique in a rule set.
        action: What it does.
        scope: When it is active; always, for every search, by default.

    Raises:
        RuleError: The name is empty, or the action or scope has another type.
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
            faults.append(f"expected an action, such as Pin, got {format_value(self.action)}")
        if not isinstance(self.scope, RuleScope):
            faults.append(f"`scope`: expected a RuleScope, got {format_value(self.scope)}")
        raise_on_faults(faults)
