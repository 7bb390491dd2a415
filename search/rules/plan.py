"""The rules that are active in one search, by action."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from search.rules.actions import Action, Boost, Bury, Hide, Pin, ProductAction, Redirect, Synonyms
from shopwindow.values.synonyms import SynonymGroup

Kind_co = TypeVar("Kind_co", bound=Action, covariant=True)


class ActiveRule(NamedTuple, Generic[Kind_co]):
    """The action of one active rule.

    Attributes:
        name: Name of the rule.
        action: What it does.
        merchant: The merchant whose products alone it affects; empty for all.
    """

    name: str
    action: Kind_co
    merchant: str = ""


ActiveProductRule: TypeAlias = ActiveRule[ProductAction]
"""An active rule that changes the positions of products, or hides them."""


@dataclass(frozen=True, slots=True)
class RulePlan:
    """The active rules of one search; false when there is none.

    In each tuple the more specific match comes first, then the earlier rule.

    Attributes:
        pins: Rules that put products at fixed positions.
        boosts: Rules that raise scores.
        buries: Rules that lower scores.
        hides: Rules that hide products.
        redirects: Pages to show instead; only the first counts.
        synonyms: Groups of synonyms.
        rule_names: Names of all active rules.
    """

    pins: tuple[ActiveRule[Pin], ...] = ()
    boosts: tuple[ActiveRule[Boost], ...] = ()
    buries: tuple[ActiveRule[Bury], ...] = ()
    hides: tuple[ActiveRule[Hide], ...] = ()
    redirects: tuple[ActiveRule[Redirect], ...] = ()
    synonyms: tuple[SynonymGroup, ...] = ()
    rule_names: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return whether any rule is active."""
        return bool(self.rule_names)

    @property
    def redirect(self) -> ActiveRule[Redirect] | None:
        """The rule to follow in place of results: its `action.address`."""
        return self.redirects[0] if self.redirects else None

    @property
    def has_product_rules(self) -> bool:
        """Whether any rule changes which products are shown at which positions."""
        return bool(self.pins or self.boosts or self.buries or self.hides)

    @property
    def product_rules(self) -> tuple[ActiveProductRule, ...]:
        """The rules that change which products are shown at which positions."""
        return (*self.pins, *self.boosts, *self.buries, *self.hides)

    def exclude_rules(self, names: Collection[str]) -> "RulePlan":
        """Return the plan without some of its product rules."""
        return replace(
            self,
            pins=tuple(rule for rule in self.pins if rule.name not in names),
            boosts=tuple(rule for rule in self.boosts if rule.name not in names),
            buries=tuple(rule for rule in self.buries if rule.name not in names),
            hides=tuple(rule for rule in self.hides if rule.name not in names),
            rule_names=tuple(name for name in self.rule_names if name not in names),
        )


EMPTY_PLAN = RulePlan()
"""The plan when no rule is active."""


def build_plan(active_rules: Iterable[ActiveRule[Action]]) -> RulePlan:
    """Return the plan of some rules.

    Args:
        active_rules: The active rules, the highest precedence first.
    """
    rules_by_action: defaultdict[type, list[Any]] = defaultdict(list)
    names = []
    for rule in active_rules:
        rules_by_action[type(rule.action)].append(rule)
        names.append(rule.name)
    if not names:
        return EMPTY_PLAN
    return RulePlan(
        pins=tuple(rules_by_action[Pin]),
        boosts=tuple(rules_by_action[Boost]),
        buries=tuple(rules_by_action[Bury]),
        hides=tuple(rules_by_action[Hide]),
        redirects=tuple(rules_by_action[Redirect]),
        synonyms=tuple(group for rule in rules_by_action[Synonyms] for group in rule.action.groups),
        rule_names=tuple(names),
    )
