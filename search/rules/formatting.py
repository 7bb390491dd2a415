"""Rules in words, for tables and explanations."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime

from search.rules.actions import Action, Boost, Bury, Hide, Pin, Redirect, Synonyms
from search.rules.rule import RuleScope
from search.rules.selection import Selection
from shopwindow.values.query import Filters

_MAX_NAMED = 3
_HOW = {"phrase": "with", "words": "with all words of", "exact": "for just"}


def format_scope(scope: RuleScope) -> str:
    """Return in one line when a rule holds."""
    texts = " or ".join(repr(each) for each in scope.query)
    told = [f"{_HOW[scope.match]} {texts}" if texts else "every search"]
    if scope.category:
        told.append(f"in {scope.category}")
    if scope.merchant:
        told.append(f"for merchant {scope.merchant}")
    if scope.start is not None:
        told.append(f"from {_time(scope.start)}")
    if scope.until is not None:
        told.append(f"until {_time(scope.until)}")
    return ", ".join(told)


def format_action(action: Action) -> str:
    """Return in one line what a rule does."""
    match action:
        case Pin(ids, place):
            return f"pin {_few(ids)} from place {place}"
        case Boost(selection, by):
            return f"boost by {by:g}: {format_selection(selection)}"
        case Bury(selection, by):
            how = "behind everything" if by >= 1 else f"by {by:g}"
            return f"bury {how}: {format_selection(selection)}"
        case Hide(selection):
            return f"hide {format_selection(selection)}"
        case Redirect(address):
            return f"redirect to {address}"
        case Synonyms(groups):
            return f"synonyms: {_few(' = '.join(group) for group in groups)}"


def format_selection(selection: Selection) -> str:
    """Return in one line which products are meant."""
    told = [_few(selection.ids)] if selection.ids else []
    nothing = Filters()
    for name in (each.name for each in fields(Filters)):
        value = getattr(selection.filters, name)
        if value != getattr(nothing, name):
            told.append(f"{name} {_value(value)}")
    return ", ".join(told)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, tuple):
        return " or ".join(value)
    if isinstance(value, dict):
        return ", ".join(f"{name}={_value(each)}" for name, each in value.items())
    return f"{value}"


def _few(texts: Iterable[str]) -> str:
    every: Sequence[str] = tuple(texts)
    more = len(every) - _MAX_NAMED
    return ", ".join(every[:_MAX_NAMED]) + (f" and {more} more" if more > 0 else "")


def _time(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="minutes")
