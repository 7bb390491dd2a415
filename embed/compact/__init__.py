"""The default encoder: frozen towers from the package index, heads trained on product photos."""
