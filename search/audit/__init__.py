"""The catalogue audit: duplicates, mismatched photos, missing fields and contradictions."""

from search.audit.audit import audit_catalog
from search.audit.finding_kinds import FindingKind
from search.audit.findings import AuditSection, CatalogAudit, Finding, ProductSummary

__all__ = [
    "AuditSection",
    "CatalogAudit",
    "Finding",
    "FindingKind",
    "ProductSummary",
    "audit_catalog",
]
