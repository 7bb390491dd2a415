"""The product sets that may train shipped weights, and which of their products stay unseen."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from shopwindow.values.errors import FeedError

TRAINING_SETS = ("fashion", "fashion_small", "magento_luma")
"""Sets whose licence allows it; their README files say so."""

UNSEEN_SETS = ("fashion", "fashion_small")
"""Sets that test and development products are drawn from: one shop in two picture sizes."""

DRAW = "second split"
"""Another word draws others: those of the first draw were looked at while recipes were chosen."""

N_TEST = 2000
N_DEV = 1400


@dataclass(frozen=True, slots=True)
class LabelledPhoto:
    """One product as training sees it.

    Attributes:
        set_name: The set it comes from.
        id: Its id there.
        title: Its title.
        description: Its description, often empty.
        kind: What it is, in the set's own word ("Casual Shoes").
        colour: Its main colour, in the set's own word; empty when unknown.
        person: For whom it is ("Men"); empty when unknown.
        group: Products of one group, or of one title, are never split.
        image: The bytes of its photo.
    """

    set_name: str
    id: str
    title: str
    description: str
    kind: str
    colour: str
    person: str
    group: str
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


def read_photos(data: Path, sets: Sequence[str] = TRAINING_SETS) -> list[LabelledPhoto]:
    """Read every product of some sets, in the order of the files.

    Returns:
        The products.

    Raises:
        FeedError: A set is not there.
    """
    return [photo for name in sets for photo in _read_set(data / name / "products.parquet", name)]


def split_by_title(photos: Sequence[LabelledPhoto]) -> Split:
    """Keep N_TEST products for the test and N_DEV for choices, by a digest of title or group.

    A product's place depends on its own title alone, so it never moves when a set grows. Training
    leaves out every product of a test or development title, whichever set it is in.

    Returns:
        Row numbers, in ascending order.
    """
    places = [_place(photo) for photo in photos]
    drawn = sorted(
        (place, n) for n, place in enumerate(places) if photos[n].set_name in UNSEEN_SETS
    )
    test = [n for _, n in drawn[:N_TEST]]
    dev = [n for _, n in drawn[N_TEST : N_TEST + N_DEV]]
    unseen = {photos[n].title_key for n in (*test, *dev)}
    # One title may lie on both sides of a border; the whole title then stays out of training, and
    # out of the development set when the test has it.
    tested = {photos[n].title_key for n in test}
    dev = [n for n in dev if photos[n].title_key not in tested]
    train = [n for n, photo in enumerate(photos) if photo.title_key not in unseen]
    return Split(tuple(train), tuple(sorted(dev)), tuple(sorted(test)))


def _place(photo: LabelledPhoto) -> int:
    key = f"{DRAW}{photo.group or photo.title_key}".encode()
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest())


def _read_set(path: Path, name: str) -> Iterator[LabelledPhoto]:
    try:
        rows = pq.read_table(path).to_pylist()
    except FileNotFoundError as exc:
        raise FeedError(
            path, "expected a set of products there; give its folder by --data"
        ) from exc
    for row in rows:
        facts: dict[str, Any] = json.loads(row["attributes"] or "{}")
        yield LabelledPhoto(
            set_name=name,
            id=str(row["id"]),
            title=row["title"] or "",
            description=row["description"] or "",
            kind=row["category"] or "",
            colour=facts.get("base_colour") or facts.get("color") or "",
            person=str(facts.get("gender") or "").split(",")[0],
            group=str(facts.get("group") or ""),
            image=row["image"],
        )
