"""Training examples from the products of a feed, and the choice of held-out ones."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopwindow.values import Product, digest

_COLOR_ATTRIBUTES = ("color", "colour", "base_colour", "اللون")
_KEEP_WORD_PROBABILITY = 0.5


@dataclass(frozen=True, slots=True)
class ProductText:
    """A text that describes a product.

    Attributes:
        text: The text.
        match_key: Equal for texts that match the same products.
    """

    text: str
    match_key: str


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """One product with a photo and texts.

    Attributes:
        id: The product's id.
        image: Its photo.
        title: Its title; if empty, the first of its translated ones.
        texts: Texts that describe it: titles, an attribute caption, a shortened title.
        category: The last level of its category path; empty when unknown.
        group_id: Shared by its variants; empty when it has none.
    """

    id: str
    image: str
    title: str
    texts: tuple[ProductText, ...]
    category: str
    group_id: str

    @property
    def title_key(self) -> str:
        """The normalised title: equal for products that a title cannot tell apart."""
        return _normalize_key(self.title)

    @classmethod
    def from_product(cls, product: Product) -> "TrainingExample | None":
        """Return the example of a product; None when it lacks a photo or a title."""
        translations = product.translations.values()
        titles = [product.title, *(translation.title for translation in translations)]
        titles = [title.strip() for title in titles if title.strip()]
        if not (product.image and titles):
            return None
        texts = [ProductText(title, _normalize_key(title)) for title in titles]
        caption = _build_caption(product)
        if caption:
            texts.append(ProductText(caption, _normalize_key(caption)))
        texts.append(ProductText(_shorten_title(titles[0], product.id), _normalize_key(titles[0])))
        category = product.category[-1] if product.category else ""
        return cls(product.id, product.image, titles[0], tuple(texts), category, product.group_id)


def sample_examples(
    products: Iterable[Product], limit: int, seed: int
) -> tuple[list[TrainingExample], int]:
    """Sample at most `limit` examples uniformly from a feed (reservoir sampling).

    The feed is read once and never held in memory.

    Returns:
        The examples, in the feed's order, and how many products the feed has.
    """
    rng = random.Random(seed)
    sampled: dict[int, TrainingExample] = {}  # by the number of the example in the feed
    reservoir: list[int] = []
    n_examples = n_products = 0
    for product in products:
        n_products += 1
        example = TrainingExample.from_product(product)
        if example is None:
            continue
        n_examples += 1
        if len(reservoir) < limit:
            reservoir.append(n_examples)
        else:
            slot = rng.randrange(n_examples)
            if slot >= limit:
                continue
            del sampled[reservoir[slot]]
            reservoir[slot] = n_examples
        sampled[n_examples] = example
    return [sampled[number] for number in sorted(sampled)], n_products


def select_holdout(examples: Sequence[TrainingExample], fraction: float) -> NDArray[np.bool_]:
    """Select the held-out products: those of equal title or group stay on one side.

    Returns:
        True for held-out products, shape (n_examples,); about `fraction` of them.
    """
    parents: dict[str, str] = {}
    for example in examples:
        names = [
            f"title {example.title_key}",
            *([f"group {example.group_id}"] if example.group_id else []),
        ]
        roots = [_find_root(parents, name) for name in names]
        for root in roots[1:]:
            parents[max(root, roots[0])] = min(root, roots[0])
    roots = [_find_root(parents, f"title {example.title_key}") for example in examples]
    return np.array([int(digest([root]), 16) % 10_000 < fraction * 10_000 for root in roots])


def _find_root(parents: dict[str, str], name: str) -> str:
    """Return the representative of a name's set, shortening paths (union-find)."""
    while parents.setdefault(name, name) != name:
        parents[name] = name = parents[parents[name]]
    return name


def _build_caption(product: Product) -> str:
    """Return "COLOR BRAND CATEGORY", as far as known; empty without a category."""
    attributes = product.attributes
    color = next((attributes[name] for name in _COLOR_ATTRIBUTES if name in attributes), "")
    category = product.category[-1] if product.category else ""
    return " ".join(filter(None, (color, product.brand, category))) if category else ""


def _shorten_title(title: str, seed: str) -> str:
    """Return about half of a title's words, in order: queries are shorter than titles."""
    rng = random.Random(seed)
    words = title.split()
    kept = [word for word in words if rng.random() < _KEEP_WORD_PROBABILITY]
    return " ".join(kept or words[:1])


def _normalize_key(text: str) -> str:
    return " ".join(text.casefold().split())
