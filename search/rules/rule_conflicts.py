"""Rules that act against each other: which of them wins, and why.

For one product, hide comes before pin, pin before bury, bury before boost. For one place, and for
where to redirect to, the more exact match comes first (exact, phrase, words, every search), then
the rule that stands earlier.
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
"""What works against what; the first of each pair wins."""

_EXACTNESS = ("every search", "words", "phrase", "exact")
_MAX_NAMED = 3


@dataclass(frozen=True, slots=True)
class RuleConflict:
    """Two rules that act against each other.

    Attributes:
        winner: The rule that comes first.
        loser: The other.
        query: A query for which both hold; empty when they do for every search.
        is_certain: Whether they are known to touch the same products; conditions only may.
        explanation: What they do, which wins, and why.
    """

    winner: str
    loser: str
    query: str
    is_certain: bool
    explanation: str


def find_conflicts(
    triggers: Sequence[RuleMatcher], active_names: frozenset[str] | None = None
) -> tuple[RuleConflict, ...]:
    """Return the pairs of rules that act against each other.

    Args:
        triggers: The rules, the first to win first.
        active_names: Names of rules that hold together; None to find out which can.

    Returns:
        The pairs, in the order of the rules.
    """
    found = []
    for one, other in combinations(triggers, 2):
        if active_names is not None and not {one.rule.name, other.rule.name} <= active_names:
            continue
        clash = _clash(one.rule, other.rule)
        query = "" if active_names is not None else clash and _meeting(one, other)
        if clash and query is not None:
            winner, loser, is_certain, sentence = clash
            found.append(RuleConflict(winner, loser, query, is_certain, sentence))
    return tuple(found)


def _meeting(one: RuleMatcher, other: RuleMatcher) -> str | None:
    """Return a query for which both rules hold; None when there is none that is to be expected."""
    if max(one.start, other.start) >= min(one.until, other.until):
        return None
    paths = (one.category, other.category)
    if all(paths) and not (is_within(*paths) or is_within(*paths[::-1])):
        return None
    mine, theirs = one.rule.scope.query, other.rule.scope.query
    if not (mine and theirs):
        return next(iter(mine or theirs), "")
    mine_too = [
        text for text, forms in zip(mine, one.texts, strict=True) if other.matches_text(forms)
    ]
    theirs_too = [
        text for text, forms in zip(theirs, other.texts, strict=True) if one.matches_text(forms)
    ]
    return next(iter([*mine_too, *theirs_too]), None)


_Clash: TypeAlias = tuple[str, str, bool, str]
"""The fields of a contradiction without the query."""


def _clash(first: Rule, second: Rule) -> _Clash | None:
    """Return how two rules that hold together oppose each other; the first has precedence."""
    match first.action, second.action:
        case Redirect(), Redirect():
            return _two_redirects(first, second)
        case Pin(), Pin():
            return _two_pins(first, second)
    kinds = (type(first.action), type(second.action))
    if kinds in _OPPOSED:
        return _opposed(first, second)
    return _opposed(second, first) if kinds[::-1] in _OPPOSED else None


def _opposed(winner: Rule, loser: Rule) -> _Clash | None:
    if not (isinstance(winner.action, ProductAction) and isinstance(loser.action, ProductAction)):
        return None
    one, other = winner.action.selection, loser.action.selection
    known = detect_overlap(one, other)
    if known is Overlap.NONE or not _same_merchant(winner, loser):
        return None
    common = [each for each in one.ids if each in other.ids]
    is_certain = known is Overlap.CERTAIN
    wins, loses = _VERBS[type(winner.action)], _VERBS[type(loser.action)]
    sentence = (
        f"{loser.name!r} {loses.does} {_named(common)} that {winner.name!r} "
        f"{wins.does if is_certain else 'may ' + wins.do}: {winner.name!r} wins, "
        f"because {wins.doing} comes before {loses.doing}."
    )
    return winner.name, loser.name, is_certain, sentence


def _two_pins(winner: Rule, loser: Rule) -> _Clash | None:
    mine, theirs = _places(winner.action), _places(loser.action)
    shared = {each: at for each, at in theirs.items() if mine.get(each, at) != at}
    taken = sorted(set(mine.values()) & set(theirs.values()))
    contested = [at for at in taken if _at(mine, at) != _at(theirs, at)]
    if shared and _same_merchant(winner, loser):
        each, at = next(iter(shared.items()))
        what = f"{each!r}, at places {mine[each]} and {at}"
        follows = ""
    elif contested:
        what = f"to place {contested[0]}"
        follows = f"; what {loser.name!r} pins takes the next free place"
    else:
        return None
    sentence = (
        f"{winner.name!r} and {loser.name!r} both pin {what}: {winner.name!r} wins, "
        f"because {_reason(winner, loser)}{follows}."
    )
    return winner.name, loser.name, True, sentence


def _two_redirects(winner: Rule, loser: Rule) -> _Clash | None:
    if winner.action == loser.action or not _same_merchant(winner, loser):
        return None
    sentence = (
        f"{winner.name!r} and {loser.name!r} redirect to two addresses: {winner.name!r} wins, "
        f"because {_reason(winner, loser)}."
    )
    return winner.name, loser.name, True, sentence


def _reason(winner: Rule, loser: Rule) -> str:
    mine, theirs = winner.scope.specificity, loser.scope.specificity
    if mine == theirs:
        return "it stands earlier"
    return f"its match is more exact ({_EXACTNESS[mine]} before {_EXACTNESS[theirs]})"


def _same_merchant(one: Rule, other: Rule) -> bool:
    return len({one.scope.merchant, other.scope.merchant} - {""}) < 2


def _places(action: Action) -> dict[str, int]:
    ids = action.ids if isinstance(action, Pin) else ()
    first = action.position if isinstance(action, Pin) else 1
    return {each: place for place, each in enumerate(ids, start=first)}


def _at(places: dict[str, int], place: int) -> str:
    return next(each for each, at in places.items() if at == place)


def _named(ids: Sequence[str]) -> str:
    if not ids:
        return "products"
    more = len(ids) - _MAX_NAMED
    rest = f" and {more} more" if more > 0 else ""
    return ", ".join(repr(each) for each in ids[:_MAX_NAMED]) + rest + ","
