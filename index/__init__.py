"""Catalogue feeds into Qdrant, and finding in it."""
