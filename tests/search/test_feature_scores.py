"""What does not depend on the visitor: newness, which fades with a half-life."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from shopwindow.values import Product
from shopwindow.values.setting_groups import SearchSettings

WEIGHTS = """
[exploration]
rate = 0.0
[recommendations]
freshness = 0.8
freshness_half_life_days = 10
"""


@pytest.fixture
def freshness(encoder: FakeEncoder, tmp_path: Path) -> dict[str, float]:
    """The contribution of newness on the home page, by product."""
    weights = tmp_path / "weights.toml"
    weights.write_text(WEIGHTS, encoding="utf-8")
    now = datetime.now(UTC)
    ages = {"tomorrow": -1, "today": 0, "ten days": 10, "thirty days": 30}
    products = [
        Product(name, f"Thing of {name}", created_at=now - timedelta(days=days))
        for name, days in ages.items()
    ]
    with ProductIndex.open(":memory:", encoder) as index:
        index.add([*products, Product("unknown", "Thing of no date")])
        with SearchService(index, SearchSettings(weights_file=str(weights))) as service:
            hits = service.recommend(limit=9).hits
    return {hit.product.id: hit.contributions.get("freshness", 0.0) for hit in hits}


def test_newness_halves_with_every_half_life(freshness: dict[str, float]) -> None:
    assert freshness == pytest.approx(
        {"tomorrow": 0.8, "today": 0.8, "ten days": 0.4, "thirty days": 0.1, "unknown": 0.0},
        rel=1e-3,
    )
