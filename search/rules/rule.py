"""One rule of a merchandiser: what it does, and when."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias, get_args

from search.query.stems import stems_of
from search.rules.actions import Action
from search.rules.rule_checks import list_faults, refuse, shown, text_faults, time_faults

Match: TypeAlias = Literal["phrase", "words", "exact"]
State: TypeAlias = Literal["now", "later", "over"]

_EXACTNESS = {"exact": 3, "phrase": 2, "words": 1}


@dataclass(frozen=True, slots=True)
class Scope:
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
    match: Match = "phrase"
    category: str = ""
    merchant: str = ""
    start: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Check texts and window.

        Raises:
            RuleError: See the class.
        """
        faults = [] if self.query == () else list_faults("query", self.query)
        if not faults:
            bare = [each for each in self.query if not stems_of(each)]
            faults = [f"`query`: {shown(each)} has no word or number in it" for each in bare]
        if self.match not in get_args(Match):
            expected = ", ".join(get_args(Match))
            faults.append(f"`match`: expected one of {expected}, got {shown(self.match)}")
        for name in ("category", "merchant"):
            faults += text_faults(name, getattr(self, name))
        refuse(faults + self._window_faults())

    @property
    def exactness(self) -> int:
        """How narrowly the query is described; of two rules the more exact comes first."""
        return _EXACTNESS[self.match] if self.query else 0

    def state(self, now: datetime) -> State:
        """Return where a time stands to the window."""
        if self.until is not None and now >= self.until:
            return "over"
        return "later" if self.start is not None and now < self.start else "now"

    def _window_faults(self) -> list[str]:
        times = {"from": self.start, "until": self.until}
        given = {name: at for name, at in times.items() if at is not None}
        faults = [fault for name, at in given.items() for fault in time_faults(name, at)]
        if faults:
            return faults
        if self.start is not None and self.until is not None and self.start >= self.until:
            later = f"a time after `from` ({shown(self.start)})"
            return [f"`until`: expected {later}, got {shown(self.until)}"]
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
    scope: Scope = field(default_factory=Scope)

    def __post_init__(self) -> None:
        """Check name and action.

        Raises:
            RuleError: See the class.
        """
        faults = text_faults("name", self.name, required=True)
        if not isinstance(self.action, get_args(Action)):
            faults.append(f"expected what the rule does, such as Pin, got {shown(self.action)}")
        if not isinstance(self.scope, Scope):
            faults.append(f"expected when the rule holds, as a Scope, got {shown(self.scope)}")
        refuse(faults)
