"""Three services over one index of the sample catalogue: plain, with rules, with visitors."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import data_samples
from embed import load_encoder
from index import ProductIndex, read_products
from search import SearchService
from shopwindow.eventlog import EventLog
from shopwindow.values import Encoder
from shopwindow.values.setting_groups import EncoderSettings, SearchSettings
from tests.frozen.vectors import FrozenEncoder, read_vectors
from tests.frozen.visitors import build_events

SAMPLES = Path(data_samples.__file__).parent
RULES = Path(__file__).with_name("rules.toml")
NOW_S = datetime(2026, 11, 2, tzinfo=UTC).timestamp()
"""The current time of all services; all events are before it."""

NO_EXPLORATION = "[exploration]\nrate = 0.0\n"


@dataclass(frozen=True, slots=True)
class Shops:
    """Services over one index.

    Attributes:
        plain: Without rules or events.
        ruled: With `rules.toml`.
        visited: With the events of `tests.frozen.visitors`, without exploration.
        ids: Ids of all products, sorted.
    """

    plain: SearchService
    ruled: SearchService
    visited: SearchService
    ids: tuple[str, ...]

    @property
    def services(self) -> tuple[SearchService, ...]:
        """All three services."""
        return (self.plain, self.ruled, self.visited)


def load_live_encoder() -> Encoder:
    """Return the encoder itself, in the precision that varies least between processors."""
    return load_encoder("compact", settings=EncoderSettings(precision="float32", threads=1))


def load_frozen_encoder() -> FrozenEncoder:
    """Return the encoder that looks up the stored vectors."""
    return FrozenEncoder(load_live_encoder(), read_vectors())


@contextmanager
def open_shops(encoder: FrozenEncoder, folder: Path) -> Iterator[Shops]:
    """Index the sample catalogue, log the visitors' events, and open the services.

    The store is the exact one, in memory: it compares every product, in numpy, in this process. The
    embedded engine sums in an order that depends on the processor, and starts a process of its own;
    `tests/index/test_store_contract.py` holds the two to each other.

    Args:
        encoder: Encodes products and queries.
        folder: Where the event log and the weights file are written.

    Yields:
        The open services.
    """
    weights = folder / "weights.toml"
    weights.write_text(NO_EXPLORATION, encoding="utf-8")
    products = list(read_products(SAMPLES / "catalog.csv"))
    ids = tuple(sorted(product.id for product in products))
    with (
        ProductIndex.open(":memory:", encoder) as index,
        EventLog.open(folder / "events") as log,
    ):
        index.add(products)
        log.append(build_events(ids))
        with (
            SearchService(index, clock=_get_now) as plain,
            SearchService(index, SearchSettings(rules_file=str(RULES)), clock=_get_now) as ruled,
            SearchService(
                index, SearchSettings(weights_file=str(weights)), event_log=log, clock=_get_now
            ) as visited,
        ):
            shops = Shops(plain, ruled, visited, ids)
            _process_pending(shops)
            yield shops


def _process_pending(shops: Shops) -> None:
    """Consume all events, and finish what otherwise runs in the background of requests.

    The expected engagement of products is estimated from their neighbours after the first response;
    a page of everything covers every product.
    """
    shops.visited.recorder.impressions_enabled = False
    shops.visited.flush()
    for service in shops.services:
        service.recommend(limit=len(shops.ids))
        service.personalization.engagement_estimator.process_pending()


def _get_now() -> float:
    return NOW_S
