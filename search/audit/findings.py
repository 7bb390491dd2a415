"""What a report on a catalogue says: findings, by section."""

from collections.abc import Iterator
from dataclasses import dataclass

from search.audit.finding_kinds import FINDING_KIND_BY_NAME, FINDING_KINDS, SECTIONS, FindingKind


@dataclass(frozen=True, slots=True)
class ProductSummary:
    """What is shown of a product.

    Attributes:
        id: The shop's own key.
        title: Its first title; empty when it has none.
        image: Path or address of its photo; empty when it has none.
    """

    id: str
    title: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a merchandiser should look at.

    Attributes:
        kind: Name of its kind; see `KINDS`.
        products: Whom it concerns: one product, several that go together, or none when it is
            about the whole catalogue.
        detail: What was found, in words.
    """

    kind: str
    products: tuple[ProductSummary, ...]
    detail: str

    @property
    def advice(self) -> str:
        """What to do."""
        return FINDING_KIND_BY_NAME[self.kind].advice


@dataclass(frozen=True, slots=True)
class AuditSection:
    """One part of the report.

    Attributes:
        name: What programs call it.
        findings: What was found: kind by kind, and in each the most striking first.
        note: What to know when reading it, such as how sure it is; empty when nothing.
        was_checked: Whether it could be looked into; the note says why not.
    """

    name: str
    findings: tuple[Finding, ...]
    note: str = ""
    was_checked: bool = True

    @property
    def heading(self) -> str:
        """What people call it."""
        return SECTIONS[self.name]

    def by_kind(self) -> Iterator[tuple[FindingKind, tuple[Finding, ...]]]:
        """Yield each kind of which something was found, with its findings.

        Yields:
            Kinds in the order of the report.
        """
        for kind in FINDING_KINDS:
            found = tuple(each for each in self.findings if each.kind == kind.name)
            if found:
                yield kind, found


@dataclass(frozen=True, slots=True)
class CatalogAudit:
    """What is to be looked at in a catalogue.

    Attributes:
        location: Where the index is.
        n_products: Products that were looked at.
        sections: All sections, those without findings too.
    """

    location: str
    n_products: int
    sections: tuple[AuditSection, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that was found."""
        return tuple(each for section in self.sections for each in section.findings)

    @property
    def n_affected(self) -> int:
        """Number of products with at least one finding."""
        return len({shown.id for each in self.findings for shown in each.products})
