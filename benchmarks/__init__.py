"""Measurements behind the README's numbers; each module remakes one file of `results/`."""
