"""Candidate retrieval: query vectors, one query per retriever, and score fusion."""
