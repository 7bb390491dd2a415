"""Stages between retrieval and the response: rerank, collapse, diversify, sort, cut off."""
