"""What a rule does: exactly one of six things."""

import re
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from search.rules.rule_checks import format_value, raise_on_faults, validate_text, validate_texts
from search.rules.selection import Selection
from shopwindow.values.query import MAX_LIMIT
from shopwindow.values.synonyms import SynonymGroup

BURY_TO_END = 1.0
"""What a bury takes off unless it says less: so much that the product stands behind all others."""

_UNWRITABLE = re.compile(r"[\s\\\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Pin:
    """Products that stand at fixed places, in this order.

    Attributes:
        ids: Product ids.
        position: Place of the first, from 1.

    Raises:
        RuleError: There is no id, or the place is out of range.
    """

    ids: tuple[str, ...]
    position: int = 1

    def __post_init__(self) -> None:
        """Check ids and place.

        Raises:
            RuleError: See the class.
        """
        faults = validate_texts("pin", self.ids)
        is_place = isinstance(self.position, int) and not isinstance(self.position, bool)
        if not (is_place and 1 <= self.position <= MAX_LIMIT):
            expected = f"a whole number from 1 to {MAX_LIMIT}"
            faults.append(f"`place`: expected {expected}, got {format_value(self.position)}")
        raise_on_faults(faults)

    @property
    def selection(self) -> Selection:
        """The products."""
        return Selection(self.ids)


@dataclass(frozen=True, slots=True)
class Boost:
    """Products that come forward.

    Attributes:
        selection: Which.
        by: Added to their score, above 0 to 1; several boosts add up.

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
    """Products that go back.

    Attributes:
        selection: Which.
        by: Taken off their score, above 0 to 1; 1 is behind everything. Several buries add
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
    """Products that are not shown.

    Attributes:
        selection: Which.
    """

    selection: Selection


@dataclass(frozen=True, slots=True)
class Redirect:
    """A page that is shown instead of an answer.

    Attributes:
        address: Its http(s) address, or its path from the shop's root.

    Raises:
        RuleError: It is neither.
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
    """Words and phrases that mean the same.

    Attributes:
        groups: Each two or more.

    Raises:
        RuleError: There is no group, or one has fewer than two.
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
        alone = [group for group in self.groups if len(group) == 1]
        faults += [
            f"`synonyms`: expected two or more words, got {format_value(each)}" for each in alone
        ]
        raise_on_faults(faults)


ProductAction: TypeAlias = Pin | Boost | Bury | Hide
Action: TypeAlias = ProductAction | Redirect | Synonyms


def _amount_faults(by: object) -> list[str]:
    if isinstance(by, int | float) and not isinstance(by, bool) and 0 < by <= 1:
        return []
    return [f"`by`: expected a number above 0, at most 1, got {format_value(by)}"]


def _is_address(address: str) -> bool:
    """Return whether a browser may be sent there: no script, and no other host by `//host`."""
    if not address or _UNWRITABLE.search(address):
        return False
    if address.startswith("/"):
        return not address.startswith("//")
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)
