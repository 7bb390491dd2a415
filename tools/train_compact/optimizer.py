"""One training step after the other: the loss, the optimiser, and the averaged weights."""

import copy
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from embed.finetuning.hyperparameters import Hyperparameters

Trained = TypeVar("Trained", bound=nn.Module)


class TorchOptimizer(Generic[Trained]):
    """AdamW with one cycle of its rate; the parameter `sharpness` learns faster and is not pulled.

    Args:
        towers: What is trained, in place.
        hyperparameters: Rate, decay and averaging.
        n_steps: Steps in all.

    Attributes:
        ema_towers: Follows the trained weights slowly; it is what is kept.
    """

    def __init__(self, towers: Trained, hyperparameters: Hyperparameters, n_steps: int) -> None:
        named = dict(towers.named_parameters())
        sharpness = named.pop("logit_scale")
        rate = hyperparameters.learning_rate
        groups = [
            {"params": list(named.values()), "weight_decay": hyperparameters.weight_decay},
            {"params": [sharpness], "weight_decay": 0.0},
        ]
        self._optimizer = torch.optim.AdamW(groups, lr=rate)
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimizer, [rate, 5 * rate], total_steps=n_steps + 1, pct_start=0.1
        )
        self._towers = towers
        self._slowness = hyperparameters.ema_decay
        self._n_done = 0
        self.ema_towers: Trained = copy.deepcopy(towers).eval()

    def step(self, loss: Tensor) -> None:
        """Take one step down this loss."""
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        self._schedule.step()
        self._average()
        self._n_done += 1

    @torch.no_grad()
    def _average(self) -> None:
        """Move the averaged weights towards the trained ones, faster in the first steps."""
        share = 1.0 - min(self._slowness, (1 + self._n_done) / (10 + self._n_done))
        pairs = zip(self.ema_towers.parameters(), self._towers.parameters(), strict=True)
        for old, new in pairs:
            old.lerp_(new, share)


def contrastive_loss(similarity: Tensor, targets: Tensor) -> Tensor:
    """Return the loss of likeness that does not follow the matches, in both directions.

    Cross-entropy from each text to the photos it is true of, in equal shares, and from each photo
    to its true texts.

    Args:
        similarity: Texts by photos as each member sees them, shape (members, n, n).
        targets: 1 where the text of the row is true of the photo of the column, shape (n, n).

    Source: Khosla et al., Supervised Contrastive Learning (2020), equation 2.
    """
    to_photos = functional.log_softmax(similarity, dim=2) * targets / targets.sum(1, keepdim=True)
    to_texts = functional.log_softmax(similarity, dim=1) * targets / targets.sum(0, keepdim=True)
    return -(to_photos.sum(2).mean() + to_texts.sum(1).mean())
