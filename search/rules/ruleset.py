"""All rules of a shop, indexed so that the active ones are found fast."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Self

from search.rules.plan import EMPTY_PLAN, ActiveRule, RulePlan, build_plan
from search.rules.rule import Rule
from search.rules.rule_conflicts import RuleConflict, find_conflicts
from search.rules.rule_matcher import RuleContext, RuleMatcher
from shopwindow.values import Filters
from shopwindow.values.config import format_value
from shopwindow.values.errors import RuleError


class RuleSet:
    """Rules from a file (`read_rules`) or from Python; safe to use from several threads.

    Args:
        rules: The rules; of two equally specific ones the earlier comes first.

    Raises:
        RuleError: Two rules have the same name.
    """

    def __init__(self, rules: Sequence[Rule] = ()) -> None:
        self.rules = tuple(rules)
        names = [rule.name for rule in self.rules]
        repeated = dict.fromkeys(name for index, name in enumerate(names) if name in names[:index])
        if repeated:
            raise RuleError(
                f"two rules are called {format_value(name)}; give one another name"
                for name in repeated
            )
        # The more specific first: rules win in this order.
        by_specificity = sorted(self.rules, key=lambda rule: -rule.scope.specificity)
        self._matchers = [RuleMatcher(rule) for rule in by_specificity]
        self._active_rules = [
            ActiveRule(rule.name, rule.action, rule.scope.merchant) for rule in by_specificity
        ]
        self._unconditional = [
            index for index, matcher in enumerate(self._matchers) if not matcher.texts
        ]
        self._by_stem: dict[str, list[int]] = {}
        forms = [
            (index, form)
            for index, matcher in enumerate(self._matchers)
            for text_forms in matcher.texts
            for form in text_forms
        ]
        counts = Counter(stem for _, form in forms for stem in form)
        for index, form in forms:
            # A text is indexed by its stem that is rarest among the texts.
            stem = min(form, key=lambda stem: counts[stem])
            self._by_stem.setdefault(stem, []).append(index)

    @classmethod
    def empty(cls) -> Self:
        """Return an empty rule set."""
        return cls(())

    def __len__(self) -> int:
        """Return the number of rules."""
        return len(self.rules)

    def __iter__(self) -> Iterator[Rule]:
        """Return the rules, in their order."""
        return iter(self.rules)

    def plan(self, text: str, filters: Filters, now: datetime) -> RulePlan:
        """Return the rules that are active in one search.

        Args:
            text: Text of the query; empty for a photo, or to browse.
            filters: Filters of the search.
            now: Time of the search, with a zone.

        Returns:
            The active rules, the highest precedence first.
        """
        if not self.rules:
            return EMPTY_PLAN
        context = RuleContext.from_query(text, filters, now.timestamp())
        candidates = set(self._unconditional)
        for form in context.forms:
            for stem in form:
                candidates.update(self._by_stem.get(stem, ()))
        matching = (index for index in sorted(candidates) if self._matchers[index].matches(context))
        return build_plan(self._active_rules[index] for index in matching)

    def find_conflicts(self, plan: RulePlan | None = None) -> tuple[RuleConflict, ...]:
        """Return the pairs of rules that oppose each other, with the one that wins.

        Args:
            plan: Consider only the rules of this plan, which are active together. Without one, two
                rules count as active together when their times and scopes allow it and a text of
                one is a query for the other; not when a shopper would have to type both texts.

        Returns:
            The pairs, in the order of precedence of their rules.
        """
        names = None if plan is None else frozenset(plan.rule_names)
        return find_conflicts(self._matchers, names)
