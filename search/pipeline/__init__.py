"""Reranking: the steps from fused candidates to the final order, and the filters they relax."""
