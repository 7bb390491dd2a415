"""Adapt an encoder to a shop: heads over its frozen features, trained on the shop's feed."""

from embed.finetuning.adapt import AdaptReport, adapt_encoder

__all__ = ["AdaptReport", "adapt_encoder"]
