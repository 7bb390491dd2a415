"""The result of an audit: findings, by section."""

from collections.abc import Iterator
from dataclasses import dataclass

from search.audit.finding_kinds import FINDING_KIND_BY_NAME, FINDING_KINDS, SECTIONS, FindingKind


@dataclass(frozen=True, slots=True)
class ProductSummary:
    """What a report shows of a product.

    Attributes:
        id: The product's id.
        title: Its first title; empty when it has none.
        image: Path or address of its photo; empty when it has none.
    """

    id: str
    title: str = ""
    image: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem that a merchandiser should look at.

    Attributes:
        kind: Name of its kind; see `FINDING_KINDS`.
        products: The affected products: one, several that go together, or none when the finding
            is about the whole catalogue.
        detail: What was found, in words.
    """

    kind: str
    products: tuple[ProductSummary, ...]
    detail: str

    @property
    def advice(self) -> str:
        """What to do about it."""
        return FINDING_KIND_BY_NAME[self.kind].advice


@dataclass(frozen=True, slots=True)
class AuditSection:
    """One section of an audit.

    Attributes:
        name: Its name in exports.
        findings: The findings by kind, in each kind the most severe first.
        note: A note for the reader, such as how reliable the section is; may be empty.
        was_checked: Whether the check was possible; otherwise the note says why not.
    """

    name: str
    findings: tuple[Finding, ...]
    note: str = ""
    was_checked: bool = True

    @property
    def heading(self) -> str:
        """The heading shown to people."""
        return SECTIONS[self.name]

    def by_kind(self) -> Iterator[tuple[FindingKind, tuple[Finding, ...]]]:
        """Yield each kind that has findings, with them.

        Yields:
            Kinds in the order of the report.
        """
        for kind in FINDING_KINDS:
            findings = tuple(finding for finding in self.findings if finding.kind == kind.name)
            if findings:
                yield kind, findings


@dataclass(frozen=True, slots=True)
class CatalogAudit:
    """The findings of an audit.

    Attributes:
        location: Location of the index.
        n_products: Number of products that were checked.
        sections: All sections, also those without findings.
    """

    location: str
    n_products: int
    sections: tuple[AuditSection, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all sections."""
        return tuple(finding for section in self.sections for finding in section.findings)

    @property
    def n_affected(self) -> int:
        """Number of products with at least one finding."""
        return len({product.id for finding in self.findings for product in finding.products})
