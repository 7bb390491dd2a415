"""A shop of real photos for simulated visitors: the index, the clock, the event log, the service.

The data has no prices, so they are planted. An index is made once and kept in `var/tastes`.
"""

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import numpy as np

from benchmarks.datasets import Row, sample_rows
from benchmarks.results_file import SEED
from benchmarks.simulator import Visit, World, planted_prices
from embed import load_encoder
from index import ProductIndex
from search import SearchService
from search.event_recording import EventRecorder
from shopwindow.eventlog import EventLog
from shopwindow.personalization import CatalogItems
from shopwindow.values import Product
from shopwindow.values.closeable import Closeable
from shopwindow.values.event import Event
from shopwindow.values.settings import SearchSettings

N_PRODUCTS = 5000
FOLDER = Path("var/tastes")
START_S = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
"""When the first visitor comes."""

_APPENDED_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Stock:
    """Products of the data with planted prices.

    Attributes:
        rows: As the data has them.
        prices: Planted, shape (n_products,).
    """

    rows: Sequence[Row]
    prices: Sequence[float]

    @classmethod
    def of(cls, data: Path, n_products: int = N_PRODUCTS) -> Self:
        """Return a sample of the fashion products of a data folder."""
        rows = sample_rows(data, "fashion", n_products, SEED)
        categories = np.array([row.category for row in rows])
        prices = planted_prices(categories, np.random.default_rng(SEED))
        return cls(rows, np.round(prices, 2).tolist())

    def products(self, photos: Path, are_labelled: bool) -> list[Product]:
        """Return the products as the shop tells them, their photos written into a folder.

        Args:
            photos: The folder.
            are_labelled: Whether the shop gives kind, colour and price. Otherwise it says no more
                than "Apparel", "Footwear" and the like: tastes have to be found in the photos.
        """
        photos.mkdir(parents=True, exist_ok=True)
        found = []
        for row, price in zip(self.rows, self.prices, strict=True):
            path = photos / f"{row.id}.jpg"
            path.write_bytes(row.image)
            color = str(row.attributes.get("base_colour") or "")
            wide = str(row.attributes.get("master_category") or "")
            labels = {"color": color} if are_labelled and color else {}
            found.append(
                Product(
                    id=row.id,
                    title=row.title,
                    category=(row.category if are_labelled else wide,),
                    attributes=labels,
                    price=price if are_labelled else None,
                    currency="AED" if are_labelled else "",
                    image=str(path),
                )
            )
        return found

    def world(self, catalogue: CatalogItems) -> World:
        """Return the products as the simulator sees them, by all their labels."""
        known = catalogue.get_items([row.id for row in self.rows])
        vectors = catalogue.stack_vectors([known[row.id] for row in self.rows])
        colors = [str(row.attributes.get("base_colour") or "") for row in self.rows]
        categories = np.array([row.category for row in self.rows])
        return World(vectors, categories, np.array(colors), np.array(self.prices))


def opened_index(stock: Stock, encoder_name: str, are_labelled: bool) -> ProductIndex:
    """Return the index of a shop; it is made where there is none."""
    encoder = load_encoder(encoder_name)
    ids = " ".join(row.id for row in stock.rows)
    named = f"{encoder.spec.identity} {ids}".encode()
    name = f"{'labelled' if are_labelled else 'photos'}-{hashlib.sha256(named).hexdigest()[:12]}"
    index = ProductIndex.open(FOLDER / name, encoder)
    if index.count() < len(stock.rows):
        index.add(stock.products(FOLDER / "photos", are_labelled))
    return index


class Shop(Closeable):
    """A service with its event log, at a time of one's own. What it shows is not logged by itself.

    Args:
        index: The catalogue; it stays open.
        folder: Where the log and the weights are put.
        weights: Text of the file of weights.

    Attributes:
        service: What is measured.
        now_s: The time, in seconds since 1970.
    """

    def __init__(self, index: ProductIndex, folder: Path, weights: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "weights.toml"
        path.write_text(weights)
        self.now_s = START_S
        self._log = EventLog.open(folder / "events")
        settings = SearchSettings(weights_file=str(path))
        self.service = SearchService(index, settings, event_log=self._log, clock=lambda: self.now_s)
        self.service.recorder.close()
        self.service.recorder = EventRecorder(None, "")  # the simulator says what was looked at
        self.service.warm_up()

    def close(self) -> None:
        """Close the service and the log."""
        self.service.close()
        self._log.close()

    def learn(self, events: Iterable[Event]) -> None:
        """Log events in the order of their times, and wait until they are learned."""
        ordered = sorted(events, key=lambda each: each.time)
        for start in range(0, len(ordered), _APPENDED_AT_ONCE):
            self._log.append(ordered[start : start + _APPENDED_AT_ONCE])
        self.service.flush()

    def feed(self, user_id: str, now_s: float, limit: int = 10) -> list[str]:
        """Return the ids of a visitor's feed at a moment."""
        self.now_s = now_s
        return [hit.product.id for hit in self.service.recommend(user_id, limit).hits]


def events_of(
    user_id: str, visits: Iterable[Visit], ids: Sequence[str], begun: str = ""
) -> tuple[list[Event], str]:
    """Return the events of some clicks with the pages that they were made on.

    Args:
        user_id: The visitor.
        visits: The clicks.
        ids: Product ids by the simulator's numbers.
        begun: Query id of a page that was begun before.

    Returns:
        The events, and the query id of the last page.
    """
    found: list[Event] = []
    for visit in visits:
        if visit.opens or not begun:
            begun = uuid.uuid4().hex
            shown = datetime.fromtimestamp(visit.time_s, UTC)
            found += [
                Event("impression", ids[n], user_id, query_id=begun, position=at, time=shown)
                for at, n in enumerate(visit.page, 1)
            ]
        # Within a page the higher place is clicked first.
        when = datetime.fromtimestamp(visit.time_s + 1 + visit.place, UTC)
        place = visit.place + 1
        product_id = ids[visit.clicked]
        found.append(Event("click", product_id, user_id, query_id=begun, position=place, time=when))
    return found, begun
