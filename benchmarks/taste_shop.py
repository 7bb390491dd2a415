"""A shop of real photos for simulated visitors: index, clock, event log and service.

The data has no prices, so they are planted. An index is built once and kept in `var/tastes`.
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
from benchmarks.simulator import Visit, World, plant_prices
from embed import load_encoder
from index import ProductIndex
from search import SearchService
from search.event_recording import EventRecorder
from shopwindow.eventlog import EventLog
from shopwindow.personalization import CatalogItems
from shopwindow.values import Product
from shopwindow.values.closeable import Closeable
from shopwindow.values.event import Event
from shopwindow.values.setting_groups import SearchSettings

N_PRODUCTS = 5000
FOLDER = Path("var/tastes")
START_S = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
"""Time of the first visitor."""

_EVENTS_PER_APPEND = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Stock:
    """Products of the data with planted prices.

    Attributes:
        rows: The rows of the data.
        prices: Planted prices, shape (n_products,).
    """

    rows: Sequence[Row]
    prices: Sequence[float]

    @classmethod
    def sample(cls, data: Path, n_products: int = N_PRODUCTS) -> Self:
        """Return a sample of the fashion products of a data folder."""
        rows = sample_rows(data, "fashion", n_products, SEED)
        categories = np.array([row.category for row in rows])
        prices = plant_prices(categories, np.random.default_rng(SEED))
        return cls(rows, np.round(prices, 2).tolist())

    def write_products(self, photos: Path, are_labelled: bool) -> list[Product]:
        """Return the products as the shop describes them, their photos written into a folder.

        Args:
            photos: The folder.
            are_labelled: Whether the shop gives category, colour and price. Otherwise it says no
                more than "Apparel", "Footwear" and the like: tastes must be found in the photos.
        """
        photos.mkdir(parents=True, exist_ok=True)
        products = []
        for row, price in zip(self.rows, self.prices, strict=True):
            path = photos / f"{row.id}.jpg"
            path.write_bytes(row.image)
            color = str(row.attributes.get("base_colour") or "")
            department = str(row.attributes.get("master_category") or "")
            labels = {"color": color} if are_labelled and color else {}
            products.append(
                Product(
                    id=row.id,
                    title=row.title,
                    category=(row.category if are_labelled else department,),
                    attributes=labels,
                    price=price if are_labelled else None,
                    currency="AED" if are_labelled else "",
                    image=str(path),
                )
            )
        return products

    def make_world(self, catalog: CatalogItems) -> World:
        """Return the products as the simulator sees them, by all their labels."""
        items = catalog.get_items([row.id for row in self.rows])
        vectors = catalog.stack_vectors([items[row.id] for row in self.rows])
        colors = [str(row.attributes.get("base_colour") or "") for row in self.rows]
        categories = np.array([row.category for row in self.rows])
        return World(vectors, categories, np.array(colors), np.array(self.prices))


def open_index(stock: Stock, encoder_name: str, are_labelled: bool) -> ProductIndex:
    """Return the index of a shop; it is built if there is none."""
    encoder = load_encoder(encoder_name)
    ids = " ".join(row.id for row in stock.rows)
    hashed_text = f"{encoder.spec.identity} {ids}".encode()
    name = (
        f"{'labelled' if are_labelled else 'photos'}-{hashlib.sha256(hashed_text).hexdigest()[:12]}"
    )
    index = ProductIndex.open(FOLDER / name, encoder)
    if index.count() < len(stock.rows):
        index.add(stock.write_products(FOLDER / "photos", are_labelled))
    return index


class Shop(Closeable):
    """A service with its event log and a simulated clock. Its own impressions are not logged.

    Args:
        index: The catalogue; it stays open.
        folder: Folder of the log and the weights.
        weights: Text of the weights file.

    Attributes:
        service: The service that is measured.
        now_s: The simulated time, in seconds since 1970.
    """

    def __init__(self, index: ProductIndex, folder: Path, weights: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "weights.toml"
        path.write_text(weights)
        self.now_s = START_S
        self._log = EventLog.open(folder / "events")
        settings = SearchSettings(weights_file=str(path))
        self.service = SearchService(index, settings, event_log=self._log, clock=lambda: self.now_s)
        self.service.recorder = EventRecorder(None, "")  # the simulator says what was looked at
        self.service.warm_up()

    def close(self) -> None:
        """Close the service and the log."""
        self.service.close()
        self._log.close()

    def learn(self, events: Iterable[Event]) -> None:
        """Log events in the order of their times, and wait until they are processed."""
        ordered = sorted(events, key=lambda event: event.time)
        for start in range(0, len(ordered), _EVENTS_PER_APPEND):
            self._log.append(ordered[start : start + _EVENTS_PER_APPEND])
        self.service.flush()

    def recommend(self, user_id: str, now_s: float, limit: int = 10) -> list[str]:
        """Return the ids of a visitor's recommendations at a time."""
        self.now_s = now_s
        return [hit.product.id for hit in self.service.recommend(user_id, limit).hits]


def make_events(
    user_id: str, visits: Iterable[Visit], ids: Sequence[str], query_id: str = ""
) -> tuple[list[Event], str]:
    """Return the events of some clicks, with the impressions of their pages.

    Args:
        user_id: The visitor.
        visits: The clicks.
        ids: Product ids by the simulator's indices.
        query_id: Query id of a page that was opened before.

    Returns:
        The events, and the query id of the last page.
    """
    events: list[Event] = []
    for visit in visits:
        if visit.opens or not query_id:
            query_id = uuid.uuid4().hex
            shown_at = datetime.fromtimestamp(visit.time_s, UTC)
            events += [
                Event(
                    "impression",
                    ids[product],
                    user_id,
                    query_id=query_id,
                    position=position,
                    time=shown_at,
                )
                for position, product in enumerate(visit.page, 1)
            ]
        # Within a page the higher position is clicked first.
        clicked_at = datetime.fromtimestamp(visit.time_s + 1 + visit.click_index, UTC)
        position = visit.click_index + 1
        product_id = ids[visit.clicked]
        events.append(
            Event(
                "click", product_id, user_id, query_id=query_id, position=position, time=clicked_at
            )
        )
    return events, query_id
