"""The weights of `shopwindow.ranking.complement_ranker`: fitted on validation rooms, never on those that are reported.

`python -m benchmarks.complement_weights --data FOLDER` prints proportions that add up to 1. Each
validation fold has its evidence from the other folds; the rooms of the test take no part.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray

from benchmarks.datasets import DATA, DataFolder, EncoderName
from benchmarks.rooms import Catalogue, Room, read_catalogue, split
from shopwindow.ranking import (
    BasketCounter,
    ComplementFeatures,
    ComplementWeights,
    ScoredComplements,
    score_complements,
)

PARTS = (
    "co_purchase",
    "category_lift",
    "visual_similarity",
    "title_similarity",
    "color_similarity",
    "popularity",
)
UNIT = replace(ComplementWeights(), **dict.fromkeys(PARTS, 1.0))
RIDGE = 1e-3
"""Keeps the weights from growing where the parts tell rooms apart by luck."""


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """What stood with anchors, and what might have.

    Attributes:
        values: Parts of all candidates, shape (n_anchors, n_products, n_parts).
        chosen: Share of each candidate in what stood there, shape (n_anchors, n_products).
        is_allowed: Shape (n_anchors, n_products).
        weights: What each anchor counts: each room the same, shape (n_anchors,).
    """

    values: NDArray[np.float32]
    chosen: NDArray[np.float32]
    is_allowed: NDArray[np.bool_]
    weights: NDArray[np.float32]


def with_popularity(catalogue: Catalogue, baskets: BasketCounter) -> list[ComplementFeatures]:
    """Return the traits with the logarithm of how many baskets each was in, by the most."""
    counts = np.log1p([baskets.get_count(each.product_id) for each in catalogue.traits])
    shares = (counts / max(float(counts.max()), 1e-12)).tolist()
    pairs = zip(catalogue.traits, shares, strict=True)
    return [replace(each, popularity=share) for each, share in pairs]


def scored(
    catalogue: Catalogue,
    traits: Sequence[ComplementFeatures],
    baskets: BasketCounter,
    number: int,
    weights: ComplementWeights,
) -> ScoredComplements:
    """Return the whole catalogue as complements of one product of it."""
    background = catalogue.joint.mean(axis=0)
    evidence = baskets.get_statistics(traits[number], background)
    return score_complements(
        traits[number], catalogue.joint[number], traits, catalogue.joint, evidence, weights
    )


def choices(
    catalogue: Catalogue, folds: Sequence[Sequence[Room]], unit: ComplementWeights = UNIT
) -> Choices:
    """Return the choices of every anchor of every fold, with evidence from the other folds."""
    rows: list[tuple[Any, ...]] = []
    for fold in folds:
        baskets = catalogue.baskets(
            [room for other in folds if other is not fold for room in other]
        )
        traits = with_popularity(catalogue, baskets)
        for room in fold:
            for number in room:
                found = scored(catalogue, traits, baskets, number, unit)
                chosen = np.isin(np.arange(len(traits)), room) & found.is_eligible
                values = np.stack([found.contributions[name] for name in PARTS], axis=1)
                share = chosen / max(chosen.sum(), 1)
                rows.append((values.astype(np.float32), share, found.is_eligible, 1 / len(room)))
    parts, shares, allowed, weights = zip(*rows, strict=True)
    return Choices(
        np.stack(parts),
        np.stack(shares).astype(np.float32),
        np.stack(allowed),
        np.array(weights, np.float32),
    )


def fit(found: Choices) -> tuple[dict[str, float], float]:
    """Return the proportions of the parts that make what stood there most likely.

    Returns:
        Proportions that add up to 1, a negative weight as 0; the mean logarithm of the likelihood.

    Source: McFadden, Conditional Logit Analysis of Qualitative Choice Behavior (1974).
    """
    values, chosen = torch.from_numpy(found.values), torch.from_numpy(found.chosen)
    closed = torch.where(torch.from_numpy(found.is_allowed), 0.0, -1e4)
    share = torch.from_numpy(found.weights / found.weights.sum())
    weights = torch.zeros(len(PARTS), requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=40, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        likely = torch.log_softmax(values @ weights + closed, dim=1)  # (n_anchors, n_products)
        lost = -(share[:, None] * chosen * likely).sum() + RIDGE * (weights**2).sum()
        lost.backward()  # type: ignore[no-untyped-call]
        return lost

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    found_weights = np.maximum(weights.detach().numpy(), 0.0)
    shares = (found_weights / found_weights.sum()).tolist()
    return dict(zip(PARTS, shares, strict=True)), -float(loss().detach())


def main(data: DataFolder = DATA, encoder: EncoderName = "compact") -> None:
    """Fit and print."""
    catalogue = read_catalogue(data, encoder)
    shares, likely = fit(choices(catalogue, split(catalogue.rooms)[1]))
    print({name: round(share, 3) for name, share in shares.items()}, round(likely, 4))


if __name__ == "__main__":
    typer.run(main)
