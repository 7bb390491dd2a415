"""The six actions of rules; a rule has exactly one."""

from typing import TypeAlias

from search.rules.field_types import Address, Amount, Position, Texts, WordGroups, make_rule_error
from search.rules.selection import Selection
from shopwindow.values.config import checked_dataclass

BURY_TO_END = 1.0
"""Default penalty of a bury: so much that the product comes behind all others."""


@checked_dataclass(make_rule_error)
class Pin:
    """Puts products at fixed positions, in this order.

    Attributes:
        ids: Product ids.
        position: Position of the first, from 1; `place` in a rules file.

    Raises:
        RuleError: There is no id, or the position is out of range.
    """

    ids: Texts
    position: Position = 1

    @property
    def selection(self) -> Selection:
        """The products that the rule selects."""
        return Selection(self.ids)


@checked_dataclass(make_rule_error)
class Boost:
    """Raises the scores of products.

    Attributes:
        selection: The products.
        by: Added to their scores, above 0 to 1; several boosts add up.

    Raises:
        RuleError: The amount is out of range.
    """

    selection: Selection
    by: Amount = 0.2


@checked_dataclass(make_rule_error)
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
    by: Amount = BURY_TO_END


@checked_dataclass(make_rule_error)
class Hide:
    """Hides products.

    Attributes:
        selection: The products.
    """

    selection: Selection


@checked_dataclass(make_rule_error)
class Redirect:
    """Shows a page in place of results.

    Attributes:
        address: Its http(s) address, or its path from the shop's root.

    Raises:
        RuleError: The address is neither.
    """

    address: Address


@checked_dataclass(make_rule_error)
class Synonyms:
    """Makes words and phrases synonyms.

    Attributes:
        groups: Groups of two or more synonyms.

    Raises:
        RuleError: There is no group, or one has fewer than two synonyms.
    """

    groups: WordGroups


ProductAction: TypeAlias = Pin | Boost | Bury | Hide
Action: TypeAlias = ProductAction | Redirect | Synonyms
