"""Recommendations without a query: visitors' pages and complements."""
