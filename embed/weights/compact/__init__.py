"""Heads of the default encoder; see MODEL_CARD.md."""
