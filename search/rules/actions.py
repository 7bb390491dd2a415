"""The six actions of rules; a rule has exactly one."""

import re
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from search.rules.rule_checks import format_value, raise_on_faults, validate_text, validate_texts
from search.rules.selection import Selection
from shopwindow.values import MAX_LIMIT
from shopwindow.values.synonyms import SynonymGroup

BURY_TO_END = 1.0
"""Default penalty of a bury: so much that the product comes behind all others."""

_UNWRITABLE = re.compile(r"[\s\\\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Pin:
    """Puts products at fixed positions, in this order.

    Attributes:
        ids: Product ids.
        position: Position of the first, from 1; `place` in a rules file.

    Raises:
        RuleError: There is no id, or the position is out of range.
    """

    ids: tuple[str, ...]
    position: int = 1

    def __post_init__(self) -> None:
        """Check ids and position.

        Raises:
            RuleError: See the class.
        """
        faults = validate_texts("pin", self.ids)
        is_integer = isinstance(self.position, int) and not isinstance(self.position, bool)
        if not (is_integer and 1 <= self.position <= MAX_LIMIT):
            expected = f"a whole number from 1 to {MAX_LIMIT}"
            faults.append(f"`place`: expected {expected}, got {format_value(self.position)}")
        raise_on_faults(faults)

    @property
    def selection(self) -> Selection:
        """The products that the rule selects."""
        return Selection(self.ids)


@dataclass(frozen=True, slots=True)
class Boost:
    """Raises the scores of products.

    Attributes:
        selection: The products.
        by: Added to their scores, above 0 to 1; several boosts add up.

    Raises:
        RuleError: The amount is out of range.
    """

    selection: Selection
    by: float = 0.2

    def __post_init__(self) -> None:
        """Check the amount.

        Raises:
            RuleError: See the class.
        """
        raise_on_faults(_amount_faults(self.by))


@dataclass(frozen=True, slots=True)
class Bury:
    """Lowers the scores of products.

    Attributes:
        selection: The products.
        by: Subtracted from their scores, above 0 to 1; 1 is behind everything. Several buries add
            up, to less than that.

    Raises:
        RuleError: The amount is out of range.
    """

    selection: Selection
    by: float = BURY_TO_END

    def __post_init__(self) -> None:
        """Check the amount.

        Raises:
            RuleError: See the class.
        """
        raise_on_faults(_amount_faults(self.by))


@dataclass(frozen=True, slots=True)
class Hide:
    """Hides products.

    Attributes:
        selection: The products.
    """

    selection: Selection


@dataclass(frozen=True, slots=True)
class Redirect:
    """Shows a page in place of results.

    Attributes:
        address: Its http(s) address, or its path from the shop's root.

    Raises:
        RuleError: The address is neither.
    """

    address: str

    def __post_init__(self) -> None:
        """Check the address.

        Raises:
            RuleError: See the class.
        """
        raise_on_faults(validate_text("redirect", self.address))
        if not _is_address(self.address):
            expected = "an http(s) address, or a path that begins with one /"
            raise_on_faults([f"`redirect`: expected {expected}, got {format_value(self.address)}"])


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Makes words and phrases synonyms.

    Attributes:
        groups: Groups of two or more synonyms.

    Raises:
        RuleError: There is no group, or one has fewer than two synonyms.
    """

    groups: tuple[SynonymGroup, ...]

    def __post_init__(self) -> None:
        """Check the groups.

        Raises:
            RuleError: See the class.
        """
        if not isinstance(self.groups, tuple):
            raise_on_faults(
                [f"`synonyms`: expected groups in a tuple, got {format_value(self.groups)}"]
            )
        if not self.groups:
            raise_on_faults(["`synonyms`: the list is empty; write at least one group"])
        faults = [fault for group in self.groups for fault in validate_texts("synonyms", group)]
        single_word_groups = [group for group in self.groups if len(group) == 1]
        faults += [
            f"`synonyms`: expected two or more words, got {format_value(group)}"
            for group in single_word_groups
        ]
        raise_on_faults(faults)


ProductAction: TypeAlias = Pin | Boost | Bury | Hide
Action: TypeAlias = ProductAction | Redirect | Synonyms


def _amount_faults(by: object) -> list[str]:
    if isinstance(by, int | float) and not isinstance(by, bool) and 0 < by <= 1:
        return []
    return [f"`by`: expected a number above 0, at most 1, got {format_value(by)}"]


def _is_address(address: str) -> bool:
    """Return whether a browser may be sent there: not to a script, nor another host (`//host`)."""
    if not address or _UNWRITABLE.search(address):
        return False
    if address.startswith("/"):
        return not address.startswith("//")
    try:
        url = urlsplit(address)
    except ValueError:
        return False
    return url.scheme in {"http", "https"} and bool(url.hostname)
