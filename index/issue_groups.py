"""Problems of a feed's rows grouped by reason, however many rows have the same one."""

import re
from dataclasses import dataclass, field

from index.catalog.records import Rejection

MAX_GROUPS = 500
MAX_LINES_SHOWN = 5
_GOT = re.compile(r",? got .*$", re.DOTALL)
_VALUES = re.compile(r"'[^']*'|\"[^\"]*\"|\d[\d.,]*")


@dataclass(slots=True)
class IssueGroup:
    """Rows with the same problem.

    Attributes:
        first: The first of them.
        n_rows: Their number.
        lines: Lines of the first five.
    """

    first: Rejection
    n_rows: int = 0
    lines: list[int] = field(default_factory=list)

    def format_lines(self) -> str:
        """Return the first lines as a text, with a mark where there are more."""
        return ", ".join(map(str, self.lines)) + (", …" if self.n_rows > len(self.lines) else "")


@dataclass(slots=True)
class IssueGroups:
    """Problems by column and reason; values in reasons do not tell them apart.

    Attributes:
        by_key: The groups; at most five hundred.
        n_ungrouped: Number of rows with further reasons.
    """

    by_key: dict[tuple[str, str, str], IssueGroup] = field(default_factory=dict)
    n_ungrouped: int = 0

    def add(self, rejection: Rejection) -> None:
        """Count a row."""
        reason = _VALUES.sub("*", _GOT.sub("", rejection.reason))
        key = (rejection.field, rejection.column, reason)
        group = self.by_key.get(key)
        if group is None:
            if len(self.by_key) >= MAX_GROUPS:
                self.n_ungrouped += 1
                return
            group = self.by_key[key] = IssueGroup(rejection)
        group.n_rows += 1
        if len(group.lines) < MAX_LINES_SHOWN:
            group.lines.append(rejection.line)

    def list_largest(self, limit: int) -> list[IssueGroup]:
        """Return the groups with the most rows first; equal ones in the order of the feed."""
        groups = self.by_key.values()
        return sorted(groups, key=lambda group: -group.n_rows)[:limit]
