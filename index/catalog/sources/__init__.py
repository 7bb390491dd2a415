"""Feeds that are fetched from an address before they are read."""
