"""Rules as one-line texts, for tables and explanations."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime

from search.rules.actions import Action, Boost, Bury, Hide, Pin, Redirect, Synonyms
from search.rules.rule import RuleScope
from search.rules.selection import Selection
from shopwindow.values import Filters

_MAX_LISTED = 3
_MATCH_WORDS = {"phrase": "with", "words": "with all words of", "exact": "for just"}


def format_scope(scope: RuleScope) -> str:
    """Return in one line when a rule is active."""
    texts = " or ".join(repr(text) for text in scope.query)
    parts = [f"{_MATCH_WORDS[scope.match]} {texts}" if texts else "every search"]
    if scope.category:
        parts.append(f"in {scope.category}")
    if scope.merchant:
        parts.append(f"for merchant {scope.merchant}")
    if scope.start is not None:
        parts.append(f"from {_format_time(scope.start)}")
    if scope.until is not None:
        parts.append(f"until {_format_time(scope.until)}")
    return ", ".join(parts)


def format_action(action: Action) -> str:
    """Return in one line what a rule does."""
    match action:
        case Pin(ids, position):
            return f"pin {_format_first(ids)} from place {position}"
        case Boost(selection, by):
            return f"boost by {by:g}: {format_selection(selection)}"
        case Bury(selection, by):
            amount = "behind everything" if by >= 1 else f"by {by:g}"
            return f"bury {amount}: {format_selection(selection)}"
        case Hide(selection):
            return f"hide {format_selection(selection)}"
        case Redirect(address):
            return f"redirect to {address}"
        case Synonyms(groups):
            return f"synonyms: {_format_first(' = '.join(group) for group in groups)}"


def format_selection(selection: Selection) -> str:
    """Return in one line which products a rule selects."""
    parts = [_format_first(selection.ids)] if selection.ids else []
    defaults = Filters()
    for name in (field.name for field in fields(Filters)):
        value = getattr(selection.filters, name)
        if value != getattr(defaults, name):
            parts.append(f"{name} {_format_value(value)}")
    return ", ".join(parts)


def _format_value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return _format_time(value)
    if isinstance(value, tuple):
        return " or ".join(value)
    if isinstance(value, dict):
        return ", ".join(f"{name}={_format_value(item)}" for name, item in value.items())
    return f"{value}"


def _format_first(texts: Iterable[str]) -> str:
    all_texts: Sequence[str] = tuple(texts)
    n_more = len(all_texts) - _MAX_LISTED
    return ", ".join(all_texts[:_MAX_LISTED]) + (f" and {n_more} more" if n_more > 0 else "")


def _format_time(time: datetime) -> str:
    return time.isoformat(sep=" ", timespec="minutes")
