"""The pool of popular products is filled from as far down as a small merchant's are."""

from pathlib import Path

import pytest

from embed import FakeEncoder
from index import ProductIndex
from search import SearchService
from search.recommendations import candidate_pools
from shopwindow.eventlog import EventLog
from shopwindow.values import Event, Filters, Product
from shopwindow.values.setting_groups import SearchSettings


@pytest.mark.parametrize("n_popular", [20, 25, 30])
def test_popular_products_of_a_small_merchant_are_found_behind_those_of_others(
    encoder: FakeEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_popular: int
) -> None:
    # So few that nothing else than its popularity brings a product onto the page.
    for name, value in {"SCAN_BATCH_SIZE": 10, "N_NEWEST": 1, "N_ROTATING": 1}.items():
        monkeypatch.setattr(candidate_pools, name, value)
    weights = tmp_path / "weights.toml"
    weights.write_text("[exploration]\nrate = 0.0\n", encoding="utf-8")
    small = [Product(f"s{n}", f"Small thing {n}", merchant_id="small") for n in range(40)]
    big = [Product(f"b{n}", f"Big thing {n}", merchant_id="big") for n in range(n_popular)]
    events = [
        Event("purchase", product.id, event_id=f"{product.id}-{n}") for product in big for n in "ab"
    ]
    events += [Event("purchase", f"s{n}", event_id=f"s{n}") for n in (7, 13, 22)]
    with (
        EventLog.open(tmp_path / "events") as log,
        ProductIndex.open(":memory:", encoder) as index,
    ):
        index.add([*small, *big])
        log.append(events)
        settings = SearchSettings(weights_file=str(weights))
        with SearchService(index, settings, event_log=log) as service:
            service.flush()
            response = service.recommend(limit=3, filters=Filters(merchant_id="small"))
    assert {hit.product.id for hit in response.hits} == {"s7", "s13", "s22"}
