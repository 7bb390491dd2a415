"""Visitors with planted tastes over any vectors and labels: what they see and click."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shopwindow.ranking import ProductAttributes, ProfileInteraction
from shopwindow.values.encoder import Vectors

PAGE = 10
"""Products that one page shows."""

SESSION_CLICKS = 3
"""Clicks of one visit; visits are two days apart."""

_DAY_S = 86_400.0
_SEARCHED_SHARE = 0.5
"""Share of a page that the visitor searched for; the rest is shown to anybody."""

_EXAMINATION_DECAY = 0.85
"""Each position is examined with this factor of the probability of the one before."""

_CLICK_PROBABILITIES = np.array([0.02, 0.3, 0.5, 0.8])
"""Probability of a click on an examined product, by its grade, 0 to 3; the first is noise."""


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A catalogue to visit.

    Attributes:
        vectors: Unit vectors, shape (n_products, dim).
        categories: Of each product, shape (n_products,).
        colors: Of each product, shape (n_products,).
        prices: Of each product, shape (n_products,).
        attributes: The same as `ProductAttributes`, one per product.
    """

    vectors: Vectors
    categories: NDArray[np.str_]
    colors: NDArray[np.str_]
    prices: NDArray[np.float64]
    attributes: tuple[ProductAttributes, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Build the attributes."""
        labels = zip(self.categories, self.colors, self.prices, strict=True)
        attributes = tuple(
            ProductAttributes(
                category=str(category), color=str(color), price=float(price), currency="AED"
            )
            for category, color, price in labels
        )
        object.__setattr__(self, "attributes", attributes)

    def __len__(self) -> int:
        return len(self.categories)


@dataclass(frozen=True, slots=True)
class Interest:
    """One planted taste: a category, and in it a colour and a price.

    Attributes:
        category: The category; products of others have grade 0.
        color: The preferred colour.
        log_price: The preferred log price; prices within a third of it are preferred.
    """

    category: str
    color: str
    log_price: float

    def grade(self, world: World) -> NDArray[np.int64]:
        """Return the grade of each product, 0 to 3, by labels alone, shape (n_products,)."""
        is_category = world.categories == self.category
        is_color = world.colors == self.color
        is_price = np.abs(np.log(world.prices) - self.log_price) < np.log(4 / 3)
        return np.asarray(is_category * (1 + is_color + is_price), dtype=np.int64)


def plant(
    world: World, rng: np.random.Generator, min_category_size: int = 1
) -> tuple[Interest, Interest]:
    """Return two tastes far apart: the second is among the farther half of the categories.

    Categories are drawn by their size, so that a random order and somebody else's taste are worth
    the same.

    Args:
        world: The catalogue.
        rng: Source of randomness.
        min_category_size: Categories with fewer products are nobody's taste.
    """
    names, category_indices = np.unique(world.categories, return_inverse=True)
    centroids = np.array(
        [world.vectors[category_indices == n].mean(axis=0) for n in range(len(names))]
    )
    centroids /= np.linalg.norm(centroids, axis=1, keepdims=True)
    probabilities = np.bincount(category_indices).astype(np.float64)
    probabilities[probabilities < min_category_size] = 0.0
    probabilities /= probabilities.sum()
    first = int(rng.choice(len(names), p=probabilities))
    cosines = centroids @ centroids[first]
    far_probabilities = probabilities * (cosines <= np.median(cosines[probabilities > 0]))
    second = int(rng.choice(len(names), p=far_probabilities / far_probabilities.sum()))
    return _plant_interest(world, category_indices == first, rng), _plant_interest(
        world, category_indices == second, rng
    )


def _plant_interest(world: World, members: NDArray[np.bool_], rng: np.random.Generator) -> Interest:
    example = int(rng.choice(np.flatnonzero(members)))
    log_price = float(np.log(world.prices[example]))
    return Interest(str(world.categories[example]), str(world.colors[example]), log_price)


def grade_products(world: World, tastes: tuple[Interest, ...]) -> NDArray[np.int64]:
    """Return the grade of each product for a visitor, 0 to 3, shape (n_products,)."""
    return np.asarray(np.max([taste.grade(world) for taste in tastes], axis=0), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Visit:
    """One click of a visitor, with what was skipped before.

    Attributes:
        interactions: The skipped products above the click, then the click.
        page: Indices of the products of the page, in their order.
        click_index: Index of the clicked product in the page.
        opens: Whether it is the first click on its page.
    """

    interactions: tuple[ProfileInteraction, ...]
    page: tuple[int, ...] = ()
    click_index: int = 0
    opens: bool = True

    @property
    def time_s(self) -> float:
        """Time of the click, in seconds."""
        return self.interactions[-1].time_s

    @property
    def clicked(self) -> int:
        """Index of the product that was clicked."""
        return self.page[self.click_index]


def visits(
    world: World,
    tastes: tuple[Interest, ...],
    rng: np.random.Generator,
    start_s: float = 0.0,
) -> Iterator[Visit]:
    """Yield the clicks of a visitor, without end.

    Pages hold products of one of the tastes and random ones, shuffled. Examined products above a
    click that were not clicked count as skipped, those below as not seen.

    Args:
        world: The catalogue.
        tastes: The visitor's tastes.
        rng: Source of randomness.
        start_s: Start of the first visit.

    Yields:
        One click each, with what was skipped before.

    Source: Joachims et al., Accurately Interpreting Clickthrough Data as Implicit Feedback (2005),
        for what is skipped above a click.
    """
    grade = grade_products(world, tastes)
    category_members = [np.flatnonzero(world.categories == taste.category) for taste in tastes]
    examination = _EXAMINATION_DECAY ** np.arange(PAGE)
    n_clicks, now_s = 0, start_s
    while True:
        now_s += 30.0
        page = _make_page(world, category_members[int(rng.integers(len(category_members)))], rng)
        is_examined = rng.random(PAGE) < examination
        is_clicked = is_examined & (rng.random(PAGE) < _CLICK_PROBABILITIES[grade[page]])
        start = 0
        for click_index in np.flatnonzero(is_clicked).tolist():
            skipped = [
                int(page[position])
                for position in range(start, click_index)
                if is_examined[position]
            ]
            start = click_index + 1
            interactions = [
                _make_interaction(world, product, "impression", now_s) for product in skipped
            ]
            interactions.append(_make_interaction(world, int(page[click_index]), "click", now_s))
            opens = not is_clicked[:click_index].any()
            yield Visit(tuple(interactions), tuple(page.tolist()), click_index, opens)
            n_clicks += 1
            if n_clicks % SESSION_CLICKS == 0:
                now_s += 2 * _DAY_S


def _make_page(
    world: World, members: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    n_searched = int(PAGE * _SEARCHED_SHARE)
    rank_for_visitor = rng.choice(members, n_searched)
    page = np.concatenate([rank_for_visitor, rng.integers(0, len(world), PAGE - n_searched)])
    return np.asarray(rng.permutation(page), dtype=np.int64)


def _make_interaction(world: World, index: int, kind: str, time_s: float) -> ProfileInteraction:
    return ProfileInteraction(
        str(index), kind, time_s, world.vectors[index], world.attributes[index]
    )


def synthetic_world(rng: np.random.Generator, n_products: int = 600, dim: int = 32) -> World:
    """Return a catalogue of ten categories: unit vectors around ten directions.

    Args:
        rng: Source of randomness.
        n_products: Number of products.
        dim: Width of the vectors.
    """
    category_of = rng.integers(0, 10, n_products)
    centers = rng.normal(size=(10, dim))
    centers /= np.linalg.norm(centers, axis=1, keepdims=True)
    vectors = centers[category_of] + rng.normal(scale=0.6 / np.sqrt(dim), size=(n_products, dim))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return World(
        vectors.astype(np.float32),
        np.array([f"kind {n}" for n in category_of]),
        np.array([f"color {n}" for n in rng.integers(0, 4, n_products)]),
        plant_prices(np.array([f"kind {n}" for n in category_of]), rng),
    )


def plant_prices(categories: NDArray[np.str_], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return prices spread around a mean of each category.

    Args:
        categories: Of each product, shape (n_products,).
        rng: Source of randomness.

    Returns:
        Shape (n_products,).
    """
    _, category_indices = np.unique(categories, return_inverse=True)
    category_means = rng.normal(4.5, 0.7, category_indices.max() + 1)
    return np.asarray(
        np.exp(category_means[category_indices] + rng.normal(0, 0.5, len(category_indices)))
    )
