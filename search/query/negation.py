"""What a query does not want: "without sleeves", "-leather", "not red", "بدون أكمام"."""

import re
from collections.abc import Callable
from dataclasses import dataclass

_WORD = r"[^\W\d_][\w'’-]*"
_PHRASE = rf"(?:\w\w?\s+)?{_WORD}"
_MORE = rf"(?:\s+(?:or|nor|أو|او)\s+{_WORD})*"
_MINUS = re.compile(rf"(?:(?<=\s)|^)-({_WORD})")
_WITHOUT = re.compile(
    r"(?:(?<=\s)|^)"
    r"(?:(?P<not>not|no|ليس|مو|مب)|without|w/o|except|excluding|بدون|بلا|من غير|ما عدا)"
    rf"\s+(?:any\s+|a\s+|an\s+|the\s+|أي\s+)?(?P<what>{_PHRASE}{_MORE})",
    re.IGNORECASE,
)
_OR = re.compile(r"\s+(?:or|nor|أو|او)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ParsedNegations:
    """A text without what it does not want.

    Attributes:
        remaining_text: The text that is left.
        demoted: Phrases after "without" and the like, with how they were typed.
        excluded: Words after a minus sign, with how they were typed.
    """

    remaining_text: str
    demoted: tuple[tuple[str, str], ...]
    excluded: tuple[tuple[str, str], ...]


def extract_negations(
    text: str,
    is_name: Callable[[str], bool] = lambda _: True,
    verbatim: frozenset[str] = frozenset(),
) -> ParsedNegations:
    """Take out of a text what it does not want.

    A text that would be left empty is not taken apart: "no name" may be a brand.

    Args:
        text: Any text, English or Arabic.
        is_name: Whether a word names something of the catalogue. After "without" any word is
            unwanted, after "not" and "no" only a name: "no show socks", "batteries not included".
        verbatim: Phrases, as typed, that are to be taken literally.

    Returns:
        What is left, and what was taken out.
    """
    unwanted: list[tuple[str, str]] = []
    banned: list[tuple[str, str]] = []

    def strike(found: re.Match[str]) -> str:
        typed = found[0].strip()
        words = _OR.split(found["what"])
        if typed in verbatim or (found["not"] and not is_name(words[0])):
            return found[0]
        unwanted.extend((word, typed) for word in words)
        return " "

    def ban(found: re.Match[str]) -> str:
        if found[0].strip() in verbatim:
            return found[0]
        banned.append((found[1], found[0].strip()))
        return " "

    rest = " ".join(_WITHOUT.sub(strike, _MINUS.sub(ban, text)).split())
    if not rest:
        return ParsedNegations(text, (), ())
    return ParsedNegations(rest, tuple(unwanted), tuple(banned))
