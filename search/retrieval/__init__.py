"""Candidate generators: query vectors, one plan of retrievals, and their fusion."""
