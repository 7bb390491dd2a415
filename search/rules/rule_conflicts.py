"""Conflicts of rules: which of them wins, and why.

For one product, hide comes before pin, pin before bury, bury before boost. For one position, and
for the address of a redirect, the more specific match comes first (exact, phrase, words, every
search), then the earlier rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple, TypeAlias

from search.rules.actions import Action, Boost, Bury, Hide, Pin, ProductAction, Redirect
from search.rules.rule import Rule
from search.rules.rule_matcher import RuleMatcher, is_within
from search.rules.selection import Overlap, detect_overlap


class _Verb(NamedTuple):
    do: str
    does: str
    doing: str


_VERBS: Mapping[type, _Verb] = {
    Hide: _Verb("hide", "hides", "hiding"),
    Pin: _Verb("pin", "pins", "pinning"),
    Bury: _Verb("bury", "buries", "burying"),
    Boost: _Verb("boost", "boosts", "boosting"),
}
_OPPOSED = {(Hide, Pin), (Hide, Boost), (Pin, Bury), (Bury, Boost)}
"""Pairs of actions that oppose each other; the first of each pair wins."""

_MATCH_NAMES = ("every search", "words", "phrase", "exact")
_MAX_LISTED = 3


@dataclass(frozen=True, slots=True)
class RuleConflict:
    """Two rules that oppose each other.

    Attributes:
        winner: Name of the rule that comes first.
        loser: Name of the other.
        query: A query for which both are active; empty when they are for every search.
        is_certain: Whether both affect the same products for certain; with conditions they may.
        explanation: What they do, which wins, and why.
    """

    winner: str
    loser: str
    query: str
    is_certain: bool
    explanation: str


def find_conflicts(
    matchers: Sequence[RuleMatcher], active_names: frozenset[str] | None = None
) -> tuple[RuleConflict, ...]:
    """Return the pairs of rules that oppose each other.

    Args:
        matchers: The rules, the highest precedence first.
        active_names: Names of rules that are active together; None to find out which can be.

    Returns:
        The pairs, in the order of the rules.
    """
    conflicts = []
    for first, second in combinations(matchers, 2):
        if active_names is not None and not {first.rule.name, second.rule.name} <= active_names:
            continue
        opposition = _find_opposition(first.rule, second.rule)
        query = "" if active_names is not None else opposition and _find_common_query(first, second)
        if opposition and query is not None:
            winner, loser, is_certain, explanation = opposition
            conflicts.append(RuleConflict(winner, loser, query, is_certain, explanation))
    return tuple(conflicts)


def _find_common_query(first: RuleMatcher, second: RuleMatcher) -> str | None:
    """Return a query for which both rules are active; None when none is to be expected."""
    if max(first.start, second.start) >= min(first.until, second.until):
        return None
    paths = (first.category, second.category)
    if all(paths) and not (is_within(*paths) or is_within(*paths[::-1])):
        return None
    first_texts, second_texts = first.rule.scope.query, second.rule.scope.query
    if not (first_texts and second_texts):
        return next(iter(first_texts or second_texts), "")
    first_matches = [
        text
        for text, forms in zip(first_texts, first.texts, strict=True)
        if second.matches_text(forms)
    ]
    second_matches = [
        text
        for text, forms in zip(second_texts, second.texts, strict=True)
        if first.matches_text(forms)
    ]
    return next(iter([*first_matches, *second_matches]), None)


_Opposition: TypeAlias = tuple[str, str, bool, str]
"""The fields of a `RuleConflict` without the query."""


def _find_opposition(first: Rule, second: Rule) -> _Opposition | None:
    """Return how two rules that are active together oppose each other; the first has precedence."""
    match first.action, second.action:
        case Redirect(), Redirect():
            return _compare_redirects(first, second)
        case Pin(), Pin():
            return _compare_pins(first, second)
    action_types = (type(first.action), type(second.action))
    if action_types in _OPPOSED:
        return _compare_selections(first, second)
    return _compare_selections(second, first) if action_types[::-1] in _OPPOSED else None


def _compare_selections(winner: Rule, loser: Rule) -> _Opposition | None:
    if not (isinstance(winner.action, ProductAction) and isinstance(loser.action, ProductAction)):
        return None
    winner_selection, loser_selection = winner.action.selection, loser.action.selection
    overlap = detect_overlap(winner_selection, loser_selection)
    if overlap is Overlap.NONE or not _can_share_products(winner, loser):
        return None
    common_ids = [
        product_id for product_id in winner_selection.ids if product_id in loser_selection.ids
    ]
    is_certain = overlap is Overlap.CERTAIN
    winner_verb, loser_verb = _VERBS[type(winner.action)], _VERBS[type(loser.action)]
    explanation = (
        f"{loser.name!r} {loser_verb.does} {_format_ids(common_ids)} that {winner.name!r} "
        f"{winner_verb.does if is_certain else 'may ' + winner_verb.do}: {winner.name!r} wins, "
        f"because {winner_verb.doing} comes before {loser_verb.doing}."
    )
    return winner.name, loser.name, is_certain, explanation


def _compare_pins(winner: Rule, loser: Rule) -> _Opposition | None:
    winner_positions, loser_positions = _get_positions(winner.action), _get_positions(loser.action)
    moved = {
        product_id: position
        for product_id, position in loser_positions.items()
        if winner_positions.get(product_id, position) != position
    }
    common_positions = sorted(set(winner_positions.values()) & set(loser_positions.values()))
    contested = [
        position
        for position in common_positions
        if _find_at(winner_positions, position) != _find_at(loser_positions, position)
    ]
    if moved and _can_share_products(winner, loser):
        product_id, position = next(iter(moved.items()))
        pinned = f"{product_id!r}, at places {winner_positions[product_id]} and {position}"
        consequence = ""
    elif contested:
        pinned = f"to place {contested[0]}"
        consequence = f"; what {loser.name!r} pins takes the next free place"
    else:
        return None
    explanation = (
        f"{winner.name!r} and {loser.name!r} both pin {pinned}: {winner.name!r} wins, "
        f"because {_explain_precedence(winner, loser)}{consequence}."
    )
    return winner.name, loser.name, True, explanation


def _compare_redirects(winner: Rule, loser: Rule) -> _Opposition | None:
    if winner.action == loser.action or not _can_share_products(winner, loser):
        return None
    explanation = (
        f"{winner.name!r} and {loser.name!r} redirect to two addresses: {winner.name!r} wins, "
        f"because {_explain_precedence(winner, loser)}."
    )
    return winner.name, loser.name, True, explanation


def _explain_precedence(winner: Rule, loser: Rule) -> str:
    winner_specificity, loser_specificity = winner.scope.specificity, loser.scope.specificity
    if winner_specificity == loser_specificity:
        return "it comes earlier"
    order = f"{_MATCH_NAMES[winner_specificity]} before {_MATCH_NAMES[loser_specificity]}"
    return f"its match is more exact ({order})"


def _can_share_products(first: Rule, second: Rule) -> bool:
    return len({first.scope.merchant, second.scope.merchant} - {""}) < 2


def _get_positions(action: Action) -> dict[str, int]:
    ids = action.ids if isinstance(action, Pin) else ()
    first = action.position if isinstance(action, Pin) else 1
    return {product_id: position for position, product_id in enumerate(ids, start=first)}


def _find_at(positions: dict[str, int], position: int) -> str:
    return next(
        product_id
        for product_id, product_position in positions.items()
        if product_position == position
    )


def _format_ids(ids: Sequence[str]) -> str:
    if not ids:
        return "products"
    n_more = len(ids) - _MAX_LISTED
    rest = f" and {n_more} more" if n_more > 0 else ""
    return ", ".join(repr(product_id) for product_id in ids[:_MAX_LISTED]) + rest + ","
