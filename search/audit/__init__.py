"""What is wrong in a catalogue: doubles, photos that do not fit, gaps, contradictions."""

from search.audit.audit import catalogue_report
from search.audit.finding_kinds import Kind
from search.audit.findings import CatalogueReport, Finding, Section, Shown

__all__ = ["CatalogueReport", "Finding", "Kind", "Section", "Shown", "catalogue_report"]
