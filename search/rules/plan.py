"""What the rules ask for in one search."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from search.rules.actions import Action, Boost, Bury, Hide, Pin, ProductAction, Redirect, Synonyms
from shopwindow.values.synonyms import Group

Kind_co = TypeVar("Kind_co", bound=Action, covariant=True)


class InForce(NamedTuple, Generic[Kind_co]):
    """The action of one rule that holds.

    Attributes:
        rule: The rule's name.
        action: What it does.
        merchant: Whose products alone it touches; empty for all.
    """

    rule: str
    action: Kind_co
    merchant: str = ""


ProductRule: TypeAlias = InForce[ProductAction]
"""A rule that moves or hides products."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The rules that hold for one search; false when there is none.

    In each list the more exact match comes first, then the earlier rule.

    Attributes:
        pins: Products at fixed places.
        boosts: Products that come forward.
        buries: Products that go back.
        hides: Products that are not shown.
        redirects: Pages to show instead; only the first counts.
        synonyms: Groups of words that mean the same.
        rules: Names of all rules that hold.
    """

    pins: tuple[InForce[Pin], ...] = ()
    boosts: tuple[InForce[Boost], ...] = ()
    buries: tuple[InForce[Bury], ...] = ()
    hides: tuple[InForce[Hide], ...] = ()
    redirects: tuple[InForce[Redirect], ...] = ()
    synonyms: tuple[Group, ...] = ()
    rules: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return whether any rule holds."""
        return bool(self.rules)

    @property
    def redirect(self) -> InForce[Redirect] | None:
        """Where to go instead of answering: `redirect.action.address`, by `redirect.rule`."""
        return self.redirects[0] if self.redirects else None

    @property
    def moves(self) -> bool:
        """Whether any rule changes which products are shown where."""
        return bool(self.pins or self.boosts or self.buries or self.hides)

    @property
    def moving(self) -> tuple[ProductRule, ...]:
        """The rules that change which products are shown where."""
        return (*self.pins, *self.boosts, *self.buries, *self.hides)

    def without(self, names: Collection[str]) -> "Plan":
        """Return the plan without some of the rules that move products."""
        return replace(
            self,
            pins=tuple(each for each in self.pins if each.rule not in names),
            boosts=tuple(each for each in self.boosts if each.rule not in names),
            buries=tuple(each for each in self.buries if each.rule not in names),
            hides=tuple(each for each in self.hides if each.rule not in names),
            rules=tuple(each for each in self.rules if each not in names),
        )


NOTHING = Plan()
"""The plan when no rule holds."""


def plan_of(held: Iterable[InForce[Action]]) -> Plan:
    """Return the plan of some rules.

    Args:
        held: The rules that hold, the first to win first.
    """
    kinds: defaultdict[type, list[Any]] = defaultdict(list)
    names = []
    for each in held:
        kinds[type(each.action)].append(each)
        names.append(each.rule)
    if not names:
        return NOTHING
    return Plan(
        pins=tuple(kinds[Pin]),
        boosts=tuple(kinds[Boost]),
        buries=tuple(kinds[Bury]),
        hides=tuple(kinds[Hide]),
        redirects=tuple(kinds[Redirect]),
        synonyms=tuple(group for each in kinds[Synonyms] for group in each.action.groups),
        rules=tuple(names),
    )
