"""Committed weights of our own."""
