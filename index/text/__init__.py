"""Text analysis, BM25 weights, and one grammar of prices for feeds and queries."""
