"""The product sets that may train shipped weights, and which of their products stay unseen."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from shopwindow.values.errors import FeedError

TRAINING_DATASETS = ("fashion", "fashion_small", "magento_luma")
"""Sets whose licence allows it; their README files say so."""

HOLDOUT_DATASETS = ("fashion", "fashion_small")
"""Sets that test and development products are drawn from: one shop in two picture sizes."""

SPLIT_SALT = "second split"
"""Another word draws others: those of the first draw were looked at while recipes were chosen."""

N_TEST = 2000
N_DEV = 1400


@dataclass(frozen=True, slots=True)
class LabeledProduct:
    """One product as training sees it.

    Attributes:
        dataset: The set it comes from.
        id: Its id there.
        title: Its title.
        description: Its description, often empty.
        product_type: What it is, in the set's own word ("Casual Shoes").
        color: Its main colour, in the set's own word; empty when unknown.
        audience: For whom it is ("Men"); empty when unknown.
        group_id: Products of one group, or of one title, are never split.
        image: The bytes of its photo.
    """

    dataset: str
    id: str
    title: str
    description: str
    product_type: str
    color: str
    audience: str
    group_id: str
    image: bytes

    @property
    def title_key(self) -> str:
        """Equal for products that a title cannot tell apart."""
        return " ".join(self.title.lower().split())


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers, each product in exactly one part."""

    train: tuple[int, ...]
    dev: tuple[int, ...]
    test: tuple[int, ...]


def read_labeled_products(
    data: Path, datasets: Sequence[str] = TRAINING_DATASETS
) -> list[LabeledProduct]:
    """Read every product of some sets, in the order of the files.

    Returns:
        The products.

    Raises:
        FeedError: A set is not there.
    """
    return [
        photo for name in datasets for photo in _read_set(data / name / "products.parquet", name)
    ]


def split_by_title(products: Sequence[LabeledProduct]) -> Split:
    """Keep N_TEST products for the test and N_DEV for choices, by a digest of title or group.

    A product's place depends on its own title alone, so it never moves when a set grows. Training
    leaves out every product of a test or development title, whichever set it is in.

    Returns:
        Row numbers, in ascending order.
    """
    places = [_place(photo) for photo in products]
    drawn = sorted(
        (place, n) for n, place in enumerate(places) if products[n].dataset in HOLDOUT_DATASETS
    )
    test = [n for _, n in drawn[:N_TEST]]
    dev = [n for _, n in drawn[N_TEST : N_TEST + N_DEV]]
    unseen = {products[n].title_key for n in (*test, *dev)}
    # One title may lie on both sides of a border; the whole title then stays out of training, and
    # out of the development set when the test has it.
    tested = {products[n].title_key for n in test}
    dev = [n for n in dev if products[n].title_key not in tested]
    train = [n for n, photo in enumerate(products) if photo.title_key not in unseen]
    return Split(tuple(train), tuple(sorted(dev)), tuple(sorted(test)))


def _place(photo: LabeledProduct) -> int:
    key = f"{SPLIT_SALT}{photo.group_id or photo.title_key}".encode()
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest())


def _read_set(path: Path, name: str) -> Iterator[LabeledProduct]:
    try:
        rows = pq.read_table(path).to_pylist()
    except FileNotFoundError as exc:
        raise FeedError(
            path, "expected a set of products there; give its folder by --data"
        ) from exc
    for row in rows:
        facts: dict[str, Any] = json.loads(row["attributes"] or "{}")
        yield LabeledProduct(
            dataset=name,
            id=str(row["id"]),
            title=row["title"] or "",
            description=row["description"] or "",
            product_type=row["category"] or "",
            color=facts.get("base_colour") or facts.get("color") or "",
            audience=str(facts.get("gender") or "").split(",")[0],
            group_id=str(facts.get("group") or ""),
            image=row["image"],
        )
