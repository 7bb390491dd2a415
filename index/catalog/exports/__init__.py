"""Exports of shop systems, read as they are: recognized by their headers, grouped by product.

An adapter says which header is its own and what a row means. Reading the file twice, the rows of
parents, and the columns that fill no field are the same for all of them: see `ExportSource`.
"""

from index.catalog.exports.export_source import ExportFormat, ExportSource
from index.catalog.exports.known_exports import EXPORT_FORMATS, find_export, find_export_encoding
from index.catalog.exports.other_tables import find_refusal

__all__ = [
    "EXPORT_FORMATS",
    "ExportFormat",
    "ExportSource",
    "find_export",
    "find_export_encoding",
    "find_refusal",
]
