"""Negations in a query: "without sleeves", "-leather", "not red", "بدون أكمام"."""

import re
from collections.abc import Callable
from dataclasses import dataclass

_WORD = r"[^\W\d_][\w'’-]*"
_PHRASE = rf"(?:\w\w?\s+)?{_WORD}"
_ALTERNATIVES = rf"(?:\s+(?:or|nor|أو|او)\s+{_WORD})*"
_MINUS = re.compile(rf"(?:(?<=\s)|^)-({_WORD})")
_WITHOUT = re.compile(
    r"(?:(?<=\s)|^)"
    r"(?:(?P<not>not|no|ليس|مو|مب)|without|w/o|except|excluding|بدون|بلا|من غير|ما عدا)"
    rf"\s+(?:any\s+|a\s+|an\s+|the\s+|أي\s+)?(?P<what>{_PHRASE}{_ALTERNATIVES})",
    re.IGNORECASE,
)
_OR = re.compile(r"\s+(?:or|nor|أو|او)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParsedNegations:
    """A text split into what it asks for and what it negates.

    Attributes:
        remaining_text: The text without its negations.
        demoted: Phrases after "without" and the like, each with the typed negation.
        excluded: Words after a minus sign, each with the typed negation.
    """

    remaining_text: str
    demoted: tuple[tuple[str, str], ...]
    excluded: tuple[tuple[str, str], ...]


def extract_negations(
    text: str,
    is_entity: Callable[[str], bool] = lambda _: True,
    verbatim: frozenset[str] = frozenset(),
) -> ParsedNegations:
    """Separate the negated phrases of a text from the rest.

    A text of which nothing would remain is left whole: "no name" may be a brand.

    Args:
        text: Any text, English or Arabic.
        is_entity: Whether a word names an entity of the catalogue. After "without" any word is
            negated, after "not" and "no" only an entity: "no show socks", "batteries not included".
        verbatim: Phrases, as typed, that are no negations.

    Returns:
        The remaining text, and the negated phrases.
    """
    demoted: list[tuple[str, str]] = []
    excluded: list[tuple[str, str]] = []

    def take_demoted(match: re.Match[str]) -> str:
        typed = match[0].strip()
        phrases = _OR.split(match["what"])
        if typed in verbatim or (match["not"] and not is_entity(phrases[0])):
            return match[0]
        demoted.extend((phrase, typed) for phrase in phrases)
        return " "

    def take_excluded(match: re.Match[str]) -> str:
        typed = match[0].strip()
        if typed in verbatim:
            return match[0]
        excluded.append((match[1], typed))
        return " "

    remaining = " ".join(_WITHOUT.sub(take_demoted, _MINUS.sub(take_excluded, text)).split())
    if not remaining:
        return ParsedNegations(text, (), ())
    return ParsedNegations(remaining, tuple(demoted), tuple(excluded))
