"""Text towers of open_clip that look back only: places behind a text's end cost nothing."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn


@dataclass(frozen=True, slots=True)
class CausalTextTower:
    """Runs a text tower on as many places as the longest text of a batch has.

    open_clip always computes all 77. Under a causal mask no place sees a later one, and the vector
    is read at the text's end, so the vectors are the same: a query of five words costs a tenth.

    Attributes:
        tower: The module with the layers, as open_clip names them.
        pool_type: Where the vector is read: "argmax" or "eos".
        eos_token_id: Token that ends a text; for "argmax" any, the greatest token ends it.
    """

    tower: Any
    pool_type: str
    eos_token_id: int

    def encode(self, tokens: torch.Tensor) -> torch.Tensor:
        """Return the texts' vectors, shape (n_texts, dim).

        Args:
            tokens: Shape (n_texts, n_places).
        """
        tower = self.tower
        ends = tokens.argmax(dim=1)  # (n_texts,)
        if self.pool_type == "eos":
            ends = (tokens == self.eos_token_id).int().argmax(dim=1)
        n = int(ends.max()) + 1
        x = tower.token_embedding(tokens[:, :n]) + tower.positional_embedding[:n]
        x = tower.transformer(x, attn_mask=tower.attn_mask[:n, :n])
        x = tower.ln_final(x)[torch.arange(len(ends)), ends]  # (n_texts, width)
        projection = tower.text_projection
        if projection is None:
            return torch.as_tensor(x)
        return torch.as_tensor(projection(x) if callable(projection) else x @ projection)


def find_causal_text_tower(model: nn.Module) -> CausalTextTower | None:
    """Return the short way through a model's text tower; None where it has none."""
    # open_clip keeps the layers in the model itself, or in its part `text`.
    tower: Any = model if hasattr(model, "token_embedding") else getattr(model, "text", None)
    pool_type = getattr(tower, "text_pool_type", getattr(tower, "pool_type", ""))
    eos = getattr(tower, "text_eos_id", getattr(tower, "eos_id", -1))
    needed = ("token_embedding", "positional_embedding", "transformer", "ln_final")
    fits = (
        all(hasattr(tower, name) for name in needed)
        and getattr(tower, "attn_mask", None) is not None
        and getattr(tower, "cls_emb", None) is None
        and pool_type in {"argmax", "eos"}
    )
    return CausalTextTower(tower, pool_type, -1 if eos is None else int(eos)) if fits else None
