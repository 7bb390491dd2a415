"""The contrastive loss, and AdamW with a one-cycle schedule and averaged weights."""

import copy
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from embed.finetuning.hyperparameters import Hyperparameters

Trained = TypeVar("Trained", bound=nn.Module)


class TorchOptimizer(Generic[Trained]):
    """AdamW with a one-cycle schedule; `logit_scale` learns faster and is not decayed.

    Args:
        towers: The weights that are trained, in place; one parameter is named `logit_scale`.
        hyperparameters: Learning rate, weight decay and averaging.
        n_steps: Total number of steps.

    Attributes:
        ema_towers: Exponential moving average of the weights, which is the result.
    """

    def __init__(self, towers: Trained, hyperparameters: Hyperparameters, n_steps: int) -> None:
        parameters = dict(towers.named_parameters())
        logit_scale = parameters.pop("logit_scale")
        learning_rate = hyperparameters.learning_rate
        groups = [
            {"params": list(parameters.values()), "weight_decay": hyperparameters.weight_decay},
            {"params": [logit_scale], "weight_decay": 0.0},
        ]
        self._optimizer = torch.optim.AdamW(groups, lr=learning_rate)
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimizer,
            [learning_rate, 5 * learning_rate],
            total_steps=n_steps + 1,
            pct_start=0.1,
        )
        self._towers = towers
        self._ema_decay = hyperparameters.ema_decay
        self._n_steps_done = 0
        self.ema_towers: Trained = copy.deepcopy(towers).eval()

    def step(self, loss: Tensor) -> None:
        """Update the weights by one step down this loss, and their average."""
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        self._schedule.step()
        self._update_average()
        self._n_steps_done += 1

    @torch.no_grad()
    def _update_average(self) -> None:
        """Move the averaged weights towards the trained ones, faster in early steps."""
        rate = 1.0 - min(self._ema_decay, (1 + self._n_steps_done) / (10 + self._n_steps_done))
        pairs = zip(self.ema_towers.parameters(), self._towers.parameters(), strict=True)
        for average, trained in pairs:
            average.lerp_(trained, rate)


def contrastive_loss(similarity: Tensor, targets: Tensor) -> Tensor:
    """Return the supervised contrastive loss, in both directions.

    Cross-entropy from each text to its matching photos, in equal shares, and from each photo to its
    matching texts.

    Args:
        similarity: Scaled similarities of each ensemble member, texts by photos, shape
            (n_members, n, n).
        targets: 1 where the text of the row matches the photo of the column, shape (n, n).

    Source: Khosla et al., Supervised Contrastive Learning (2020), equation 2.
    """
    to_photos = functional.log_softmax(similarity, dim=2) * targets / targets.sum(1, keepdim=True)
    to_texts = functional.log_softmax(similarity, dim=1) * targets / targets.sum(0, keepdim=True)
    return -(to_photos.sum(2).mean() + to_texts.sum(1).mean())
