"""All rules of a shop, ready to be asked which of them hold."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Self

from search.rules.plan import EMPTY_PLAN, ActiveRule, RulePlan, build_plan
from search.rules.rule import Rule
from search.rules.rule_checks import format_value, raise_on_faults
from search.rules.rule_conflicts import RuleConflict, find_conflicts
from search.rules.rule_matcher import RuleContext, RuleMatcher
from shopwindow.values.query import Filters


class RuleSet:
    """Rules from a file (`read_rules`) or from Python; safe to use from several threads.

    Args:
        rules: The rules; of two that are equally exact the earlier comes first.

    Raises:
        RuleError: Two rules have the same name, or a time has no zone.
    """

    def __init__(self, rules: Sequence[Rule] = ()) -> None:
        self.rules = tuple(rules)
        names = [each.name for each in self.rules]
        double = dict.fromkeys(name for n, name in enumerate(names) if name in names[:n])
        raise_on_faults(
            f"two rules are called {format_value(name)}; give one another name" for name in double
        )
        # The more exact first: what is found in this order wins in this order.
        ordered = sorted(self.rules, key=lambda each: -each.scope.specificity)
        self._triggers = [RuleMatcher(rule) for rule in ordered]
        self._held = [ActiveRule(each.name, each.action, each.scope.merchant) for each in ordered]
        self._always = [n for n, each in enumerate(self._triggers) if not each.texts]
        self._by_stem: dict[str, list[int]] = {}
        forms = [(n, f) for n, each in enumerate(self._triggers) for t in each.texts for f in t]
        counts = Counter(stem for _, form in forms for stem in form)
        for n, form in forms:
            # A text is looked for by the word that it shares with the fewest others.
            stem = min(form, key=lambda each: counts[each])
            self._by_stem.setdefault(stem, []).append(n)

    @classmethod
    def empty(cls) -> Self:
        """Return a book without rules."""
        return cls(())

    def __len__(self) -> int:
        """Return how many rules there are."""
        return len(self.rules)

    def __iter__(self) -> Iterator[Rule]:
        """Return the rules, in their order."""
        return iter(self.rules)

    def plan(self, text: str, filters: Filters, now: datetime) -> RulePlan:
        """Return what the rules ask for in one search.

        Args:
            text: The words of the query; empty for a photo, or to browse.
            filters: What the search is filtered to.
            now: When it is asked, with a zone.

        Returns:
            The rules that hold, the first to win first.
        """
        if not self.rules:
            return EMPTY_PLAN
        search = RuleContext.from_query(text, filters, now.timestamp())
        found = set(self._always)
        for form in search.forms:
            for stem in form:
                found.update(self._by_stem.get(stem, ()))
        holding = (n for n in sorted(found) if self._triggers[n].matches(search))
        return build_plan(self._held[n] for n in holding)

    def find_conflicts(self, plan: RulePlan | None = None) -> tuple[RuleConflict, ...]:
        """Return the pairs of rules that act against each other, with which of them wins.

        Args:
            plan: Look only at the rules of this plan, which hold together. Without one, two rules
                count as holding together when their times and scopes allow it and a text of one
                is a query for the other; not when a shopper would have to type the texts of both.

        Returns:
            The pairs, in the order of precedence of their rules.
        """
        names = None if plan is None else frozenset(plan.rule_names)
        return find_conflicts(self._triggers, names)
