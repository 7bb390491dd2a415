"""One merchandising rule: what it does, and when it is active."""

from dataclasses import field
from datetime import datetime
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import PlainValidator, field_validator

from search.rules.actions import Action
from search.rules.field_types import (
    MatchType,
    OptionalText,
    QueryTexts,
    Text,
    Time,
    check_end,
    make_rule_error,
)
from shopwindow.values.config import checked_dataclass
from shopwindow.values.errors import InvalidValueError

RuleStatus: TypeAlias = Literal["active", "scheduled", "expired"]

_SPECIFICITY = {"exact": 3, "phrase": 2, "words": 1}


@checked_dataclass(make_rule_error)
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

    query: QueryTexts = ()
    match: MatchType = "phrase"
    category: OptionalText = ""
    merchant: OptionalText = ""
    start: Time | None = None
    until: Time | None = None

    _check_until = field_validator("until")(check_end)

    @property
    def specificity(self) -> int:
        """How specific the query match is; the more specific of two rules comes first."""
        return _SPECIFICITY[self.match] if self.query else 0

    def get_status(self, now: datetime) -> RuleStatus:
        """Return the status of the rule at a time."""
        if self.until is not None and now >= self.until:
            return "expired"
        return "scheduled" if self.start is not None and now < self.start else "active"


def _check_action(action: object) -> object:
    if not isinstance(action, get_args(Action)):
        raise InvalidValueError("", "an action, such as Pin", action)
    return action


@checked_dataclass(make_rule_error)
class Rule:
    """One rule.

    Attributes:
        name: Identifies it in explanations; unique in a rule set.
        action: What it does.
        scope: When it is active; always, for every search, by default.

    Raises:
        RuleError: The name is empty, or the action or scope has another type.
    """

    name: Text
    action: Annotated[Action, PlainValidator(_check_action)]
    scope: RuleScope = field(default_factory=RuleScope)
