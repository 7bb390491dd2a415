"""The products of a feed as `adapt` learns from them."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopwindow.values.encoder import digest
from shopwindow.values.product import Product

_COLOUR_NAMES = ("color", "colour", "base_colour", "اللون")
_SHORT_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class ProductText:
    """A text that is true of a product.

    Attributes:
        text: The words.
        match_key: Equal for texts that are true of the same products.
    """

    text: str
    match_key: str


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """One product with a photo and words.

    Attributes:
        id: The product's id.
        image: Its photo.
        title: Its first title.
        texts: What may be said of it: titles, a caption, a part of the title.
        category: What it is, in the shop's own word; empty when unknown.
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
        """Equal for products that a title cannot tell apart."""
        return _key(self.title)

    @classmethod
    def from_product(cls, product: Product) -> "TrainingExample | None":
        """Return what a product teaches; None when it lacks a photo or a title."""
        titles = [product.title, *(each.title for each in product.translations.values())]
        titles = [title.strip() for title in titles if title.strip()]
        if not (product.image and titles):
            return None
        texts = [ProductText(title, _key(title)) for title in titles]
        caption = _caption(product)
        if caption:
            texts.append(ProductText(caption, _key(caption)))
        texts.append(ProductText(_shortened(titles[0], product.id), _key(titles[0])))
        category = product.category[-1] if product.category else ""
        return cls(product.id, product.image, titles[0], tuple(texts), category, product.group_id)


def sample_examples(
    products: Iterable[Product], limit: int, seed: int
) -> tuple[list[TrainingExample], int]:
    """Draw at most `limit` products that teach something, each with the same chance.

    The feed is read once and never held in memory.

    Returns:
        What they teach, in the feed's order, and how many products the feed has.
    """
    rng = random.Random(seed)
    kept: dict[int, TrainingExample] = {}
    places: list[int] = []
    n_fit = n_products = 0
    for product in products:
        n_products += 1
        lesson = TrainingExample.from_product(product)
        if lesson is None:
            continue
        n_fit += 1
        if len(places) < limit:
            places.append(n_fit)
        else:
            drawn = rng.randrange(n_fit)
            if drawn >= limit:
                continue
            del kept[places[drawn]]
            places[drawn] = n_fit
        kept[n_fit] = lesson
    return [kept[place] for place in sorted(kept)], n_products


def select_holdout(examples: Sequence[TrainingExample], fraction: float) -> NDArray[np.bool_]:
    """Choose products to judge by: twins, by title or group, stay on one side.

    Returns:
        True for those held back, shape (n_lessons,); about `fraction` of them.
    """
    parents: dict[str, str] = {}
    for lesson in examples:
        names = [
            f"title {lesson.title_key}",
            *([f"group {lesson.group_id}"] if lesson.group_id else []),
        ]
        roots = [_root(parents, name) for name in names]
        for root in roots[1:]:
            parents[max(root, roots[0])] = min(root, roots[0])
    roots = [_root(parents, f"title {lesson.title_key}") for lesson in examples]
    return np.array([int(digest([root]), 16) % 10_000 < fraction * 10_000 for root in roots])


def _root(parents: dict[str, str], name: str) -> str:
    while parents.setdefault(name, name) != name:
        parents[name] = name = parents[parents[name]]
    return name


def _caption(product: Product) -> str:
    colour = next((product.attributes[n] for n in _COLOUR_NAMES if n in product.attributes), "")
    kind = product.category[-1] if product.category else ""
    return " ".join(filter(None, (colour, product.brand, kind))) if kind else ""


def _shortened(title: str, seed: str) -> str:
    """Return about half of the words, in order: shoppers type less than sellers."""
    rng = random.Random(seed)
    words = title.split()
    kept = [word for word in words if rng.random() < _SHORT_SHARE]
    return " ".join(kept or words[:1])


def _key(text: str) -> str:
    return " ".join(text.casefold().split())
