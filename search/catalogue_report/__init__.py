"""What is wrong in a catalogue: doubles, photos that do not fit, gaps, contradictions."""

from search.catalogue_report.kinds import Kind
from search.catalogue_report.report import catalogue_report
from search.catalogue_report.values import CatalogueReport, Finding, Section, Shown

__all__ = ["CatalogueReport", "Finding", "Kind", "Section", "Shown", "catalogue_report"]
