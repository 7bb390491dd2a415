"""The default encoder: frozen towers from PyPI packages, heads trained on product photos."""
