"""What the rules ask for in one search."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from search.rules.actions import Action, Boost, Bury, Hide, Pin, ProductAction, Redirect, Synonyms
from shopwindow.values.synonyms import SynonymGroup

Kind_co = TypeVar("Kind_co", bound=Action, covariant=True)


class ActiveRule(NamedTuple, Generic[Kind_co]):
    """The action of one rule that holds.

    Attributes:
        name: The rule's name.
        action: What it does.
        merchant: Whose products alone it touches; empty for all.
    """

    name: str
    action: Kind_co
    merchant: str = ""


ActiveProductRule: TypeAlias = ActiveRule[ProductAction]
"""A rule that moves or hides products."""


@dataclass(frozen=True, slots=True)
class RulePlan:
    """The rules that hold for one search; false when there is none.

    In each list the more exact match comes first, then the earlier rule.

    Attributes:
        pins: Products at fixed places.
        boosts: Products that come forward.
        buries: Products that go back.
        hides: Products that are not shown.
        redirects: Pages to show instead; only the first counts.
        synonyms: Groups of words that mean the same.
        rule_names: Names of all rules that hold.
    """

    pins: tuple[ActiveRule[Pin], ...] = ()
    boosts: tuple[ActiveRule[Boost], ...] = ()
    buries: tuple[ActiveRule[Bury], ...] = ()
    hides: tuple[ActiveRule[Hide], ...] = ()
    redirects: tuple[ActiveRule[Redirect], ...] = ()
    synonyms: tuple[SynonymGroup, ...] = ()
    rule_names: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return whether any rule holds."""
        return bool(self.rule_names)

    @property
    def redirect(self) -> ActiveRule[Redirect] | None:
        """Where to go instead of answering: `redirect.action.address`, by `redirect.rule`."""
        return self.redirects[0] if self.redirects else None

    @property
    def has_product_rules(self) -> bool:
        """Whether any rule changes which products are shown where."""
        return bool(self.pins or self.boosts or self.buries or self.hides)

    @property
    def product_rules(self) -> tuple[ActiveProductRule, ...]:
        """The rules that change which products are shown where."""
        return (*self.pins, *self.boosts, *self.buries, *self.hides)

    def exclude_rules(self, names: Collection[str]) -> "RulePlan":
        """Return the plan without some of the rules that move products."""
        return replace(
            self,
            pins=tuple(each for each in self.pins if each.name not in names),
            boosts=tuple(each for each in self.boosts if each.name not in names),
            buries=tuple(each for each in self.buries if each.name not in names),
            hides=tuple(each for each in self.hides if each.name not in names),
            rule_names=tuple(each for each in self.rule_names if each not in names),
        )


EMPTY_PLAN = RulePlan()
"""The plan when no rule holds."""


def build_plan(held: Iterable[ActiveRule[Action]]) -> RulePlan:
    """Return the plan of some rules.

    Args:
        held: The rules that hold, the first to win first.
    """
    kinds: defaultdict[type, list[Any]] = defaultdict(list)
    names = []
    for each in held:
        kinds[type(each.action)].append(each)
        names.append(each.name)
    if not names:
        return EMPTY_PLAN
    return RulePlan(
        pins=tuple(kinds[Pin]),
        boosts=tuple(kinds[Boost]),
        buries=tuple(kinds[Bury]),
        hides=tuple(kinds[Hide]),
        redirects=tuple(kinds[Redirect]),
        synonyms=tuple(group for each in kinds[Synonyms] for group in each.action.groups),
        rule_names=tuple(names),
    )
