"""Fits the weights of complements on validation rooms, never on those that are reported.

`python -m benchmarks.complement_weights --data FOLDER` prints proportions that add up to 1, for
`shopwindow.ranking.complement_ranker`. The baskets of each validation fold are the other folds; the
test rooms take no part.
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

CONTRIBUTIONS = (
    "co_purchase",
    "category_lift",
    "visual_similarity",
    "title_similarity",
    "color_similarity",
    "popularity",
)
UNIT = replace(ComplementWeights(), **dict.fromkeys(CONTRIBUTIONS, 1.0))
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
    is_eligible: NDArray[np.bool_]
    weights: NDArray[np.float32]


def add_popularity(catalogue: Catalogue, baskets: BasketCounter) -> list[ComplementFeatures]:
    """Return the traits with the logarithm of how many baskets each was in, by the most."""
    counts = np.log1p([baskets.get_count(product.product_id) for product in catalogue.features])
    shares = (counts / max(float(counts.max()), 1e-12)).tolist()
    pairs = zip(catalogue.features, shares, strict=True)
    return [replace(product, popularity=share) for product, share in pairs]


def score_catalog(
    catalogue: Catalogue,
    features: Sequence[ComplementFeatures],
    baskets: BasketCounter,
    anchor: int,
    weights: ComplementWeights,
) -> ScoredComplements:
    """Return the whole catalogue as complements of one product of it."""
    catalog_mean = catalogue.joint_vectors.mean(axis=0)
    statistics = baskets.get_statistics(features[anchor], catalog_mean)
    return score_complements(
        features[anchor],
        catalogue.joint_vectors[anchor],
        features,
        catalogue.joint_vectors,
        statistics,
        weights,
    )


def collect_choices(
    catalogue: Catalogue, folds: Sequence[Sequence[Room]], unit: ComplementWeights = UNIT
) -> Choices:
    """Return the choices of every anchor of every fold, with baskets of the other folds."""
    anchors: list[tuple[Any, ...]] = []
    for fold in folds:
        baskets = catalogue.count_baskets(
            [room for other_fold in folds if other_fold is not fold for room in other_fold]
        )
        features = add_popularity(catalogue, baskets)
        for room in fold:
            for number in room:
                complements = score_catalog(catalogue, features, baskets, number, unit)
                chosen = np.isin(np.arange(len(features)), room) & complements.is_eligible
                values = np.stack(
                    [complements.contributions[name] for name in CONTRIBUTIONS], axis=1
                )
                share = chosen / max(chosen.sum(), 1)
                anchors.append(
                    (values.astype(np.float32), share, complements.is_eligible, 1 / len(room))
                )
    contributions, shares, eligible, weights = zip(*anchors, strict=True)
    return Choices(
        np.stack(contributions),
        np.stack(shares).astype(np.float32),
        np.stack(eligible),
        np.array(weights, np.float32),
    )


def fit(choices: Choices) -> tuple[dict[str, float], float]:
    """Return the proportions of the parts that make what stood there most likely.

    Returns:
        Proportions that add up to 1, a negative weight as 0; the mean logarithm of the likelihood.

    Source: McFadden, Conditional Logit Analysis of Qualitative Choice Behavior (1974).
    """
    values, chosen = torch.from_numpy(choices.values), torch.from_numpy(choices.chosen)
    mask = torch.where(torch.from_numpy(choices.is_eligible), 0.0, -1e4)
    share = torch.from_numpy(choices.weights / choices.weights.sum())
    weights = torch.zeros(len(CONTRIBUTIONS), requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=40, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        log_likelihood = torch.log_softmax(
            values @ weights + mask, dim=1
        )  # (n_anchors, n_products)
        penalized = -(share[:, None] * chosen * log_likelihood).sum() + RIDGE * (weights**2).sum()
        penalized.backward()  # type: ignore[no-untyped-call]
        return penalized

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    fitted = np.maximum(weights.detach().numpy(), 0.0)
    shares = (fitted / fitted.sum()).tolist()
    return dict(zip(CONTRIBUTIONS, shares, strict=True)), -float(loss().detach())


def main(data: DataFolder = DATA, encoder: EncoderName = "compact") -> None:
    """Fit and print."""
    catalogue = read_catalogue(data, encoder)
    shares, log_likelihood = fit(collect_choices(catalogue, split(catalogue.rooms)[1]))
    print({name: round(share, 3) for name, share in shares.items()}, round(log_likelihood, 4))


if __name__ == "__main__":
    typer.run(main)
