"""Learning a shop: heads over the frozen features of any encoder, trained on the shop's feed."""

from embed.finetuning.adapt import AdaptReport, adapt_encoder

__all__ = ["AdaptReport", "adapt_encoder"]
