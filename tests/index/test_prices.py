"""Prices at the time of a query: sales with a window, several currencies, changing rates."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from embed import FakeEncoder
from index import ProductIndex
from index.field_rows import FieldRows
from index.pricing import PRICE_FIELDS, CatalogPrices, PriceRange, PriceView
from index.store import OrderBy
from index.store.exact import ExactStore
from index.store.points import AnyOf, In, IsEmpty, Range
from index.store.server import ServerStore
from shopwindow.values import Filters, Product
from shopwindow.values.errors import ExchangeRatesError
from shopwindow.values.exchange_rates import ExchangeRates, ExchangeRatesFile
from shopwindow.values.setting_groups import IndexSettings

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes")
NOW = datetime.now(UTC)
DAY = timedelta(days=1)
RATES = 'base = "USD"\nas_of = 2026-01-02\nsource = "test"\n[rates]\nAED = {aed}\nKWD = 0.25\n'


def make_sale(product_id: str, start: timedelta | None, end: timedelta | None) -> Product:
    return Product(
        product_id,
        f"mug {product_id}",
        currency="AED",
        list_price=100.0,
        sale_price=60.0,
        sale_start=None if start is None else NOW + start,
        sale_end=None if end is None else NOW + end,
    )


PRODUCTS = [
    Product("plain", "mug plain", price=80.0, currency="AED"),
    make_sale("on", -DAY, DAY),
    make_sale("past", None, -DAY),
    make_sale("future", DAY, None),
    Product("dollar", "mug dollar", price=20.0, currency="USD"),
    Product("dinar", "mug dinar", price=5.0, currency="KWD"),
    Product("nowhere", "mug nowhere", price=1.0, currency="XAF"),
    Product("bare", "mug bare", price=90.0),
    Product("unpriced", "mug unpriced", currency="AED"),
]
IN_AED = {"on": 60.0, "dinar": 80.0, "dollar": 80.0, "plain": 80.0, "bare": 90.0, "past": 100.0,
          "future": 100.0}  # fmt: skip


@pytest.fixture(scope="module", params=["exact", "edge", "server"])
def index(
    request: pytest.FixtureRequest, encoder: FakeEncoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ProductIndex]:
    folder = tmp_path_factory.mktemp("prices")
    (folder / "rates.toml").write_text(RATES.format(aed=4.0))
    settings = IndexSettings(rates_file=str(folder / "rates.toml"))
    if request.param == "server":
        opened = ProductIndex(ServerStore.in_memory(), encoder, settings)
    else:
        location = ":memory:" if request.param == "exact" else folder / "index"
        opened = ProductIndex.open(location, encoder, settings=settings)
    with opened as made:
        made.add(PRODUCTS)
        yield made


def browse(index: ProductIndex, **filters: float | str) -> set[str]:
    return {entry.id for entry in index.browse(Filters(**filters), limit=50)[0]}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"price_max": 60}, {"on"}),
        ({"price_max": 59.99}, set()),
        ({"price_min": 80, "price_max": 80}, {"plain", "dollar", "dinar"}),
        ({"price_min": 90}, {"bare", "past", "future"}),
        ({"price_max": 15, "currency": "USD"}, {"on"}),
        ({"price_min": 20, "price_max": 20, "currency": "USD"}, {"plain", "dollar", "dinar"}),
        ({"price_max": 5, "currency": "XAF"}, {"nowhere"}),
        ({"price_max": 500, "currency": "XOF"}, set()),
    ],
)
def test_price_filters_compare_what_is_paid_now(
    index: ProductIndex, filters: dict[str, float | str], expected: set[str]
) -> None:
    assert browse(index, **filters) == expected
    assert index.count(Filters(**filters)) == len(expected)  # type: ignore[arg-type]
    passing = index.filter_products([p.id for p in PRODUCTS], Filters(**filters))  # type: ignore[arg-type]
    assert set(passing) == expected


@pytest.mark.parametrize("descending", [False, True])
def test_an_order_by_price_is_in_one_currency(index: ProductIndex, descending: bool) -> None:
    order = OrderBy("price", descending)
    entries = index.browse_ordered(order, Filters(), 50)
    assert {entry.id: entry.payload["price"] for entry in entries} == IN_AED
    prices = [entry.payload["price"] for entry in entries]
    assert prices == sorted(prices, reverse=descending)
    for start in sorted(set(prices)):
        later = index.browse_ordered(OrderBy("price", descending, start), Filters(), 50)
        sign = -1 if descending else 1
        expected = {p for p, price in IN_AED.items() if sign * price >= sign * start}
        assert {entry.id for entry in later} == expected
    assert len(index.browse_ordered(order, Filters(), 2)) == 2


def test_what_has_no_comparable_price_is_listed_and_counted(index: ProductIndex) -> None:
    missing = index.browse_missing("price", Filters(), limit=50)[0]
    assert {entry.id for entry in missing} == {"nowhere", "unpriced"}
    assert index.price_counts.count_without_rate(Filters(price_max=5)) == 1
    assert index.prices.list_unknown() == ("XAF",)


def test_buckets_count_in_the_base_currency(index: ProductIndex) -> None:
    assert index.prices.base == "AED"
    assert sorted(index.price_counts.sample(Filters(), 50)) == sorted(IN_AED.values())
    count = index.price_counts.make_counter(Filters())
    assert (count(None, 80), count(80, 80), count(90, None)) == (4, 3, 3)
    rows = index.fetch_rows([p.id for p in PRODUCTS], PRICE_FIELDS)
    assert index.prices.read_prices(rows) == IN_AED


def test_products_are_read_with_the_price_of_now(index: ProductIndex) -> None:
    found = {product.id: product for product in index.get([p.id for p in PRODUCTS])}
    assert [found[name].price for name in ("on", "past", "future")] == [60.0, 100.0, 100.0]
    assert found["on"].list_price == 100.0
    assert found["on"] == PRODUCTS[1]


def test_one_currency_and_no_window_need_no_more_than_a_range(encoder: FakeEncoder) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add([Product("a", "mug", price=5.0, currency="SAR")])
        resolved = index.prices.resolve((PriceRange(1.0, 9.0),))
        assert resolved == (Range("price", 1.0, 9.0),)
        in_dollars = index.prices.resolve((PriceRange(1.0, 2.0, "USD"),))
        assert in_dollars == (Range("price", 3.75, 7.5),)  # the riyal's peg, in the shipped rates


def test_prices_without_any_currency_are_bare_numbers(encoder: FakeEncoder) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        index.add([Product("a", "mug", price=5.0), Product("b", "mug", price=50.0)])
        assert browse(index, price_max=5, currency="AED") == {"a"}
        assert index.prices.resolve((PriceRange(1.0, 9.0, "AED"),)) == (Range("price", 1.0, 9.0),)


def test_the_file_of_rates_is_looked_at_once_for_a_view_and_a_currency(
    index: ProductIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[None] = []
    former = ExchangeRatesFile.read

    def count_reads(rates: ExchangeRatesFile) -> ExchangeRates:
        read.append(None)
        return former(rates)

    rows = index.fetch_rows([p.id for p in PRODUCTS], PRICE_FIELDS)
    monkeypatch.setattr(ExchangeRatesFile, "read", count_reads)
    prices = index.prices
    assert prices.read_prices(rows) == prices.read_prices(rows) == IN_AED
    assert len(read) == 3, "KWD, USD, XAF"


def test_the_facts_follow_the_catalogue(encoder: FakeEncoder) -> None:
    with ProductIndex.open(":memory:", encoder) as index:
        assert index.prices.base == ""
        index.add([Product("a", "mug", price=5.0, currency="SAR")])
        assert (index.prices.base, index.prices.is_plain) == ("SAR", True)
        index.add([Product("b", "mug", price=5.0, currency="USD")])
        assert not index.prices.is_plain
        index.delete(["b"])
        assert index.prices.is_plain


def view_at(now: datetime) -> PriceView:
    return PriceView("AED", {"AED": 1}, has_sales=True, now_s=now.timestamp())


@pytest.mark.parametrize(
    ("offset", "price"),
    [(timedelta(microseconds=-1), 100.0), (timedelta(), 60.0), (DAY, 60.0),
     (DAY + timedelta(microseconds=1), 100.0)],
)  # fmt: skip
def test_both_ends_of_a_window_are_inclusive(
    encoder: FakeEncoder, offset: timedelta, price: float
) -> None:
    product = make_sale("x", timedelta(), DAY)
    now = NOW + offset
    assert product.price_at(now).price == price
    with ProductIndex.open(":memory:", encoder) as index:
        index.add([product])
        view = view_at(now)
        rows = index.fetch_rows(["x"], PRICE_FIELDS)
        assert view.read_prices(rows) == {"x": price}
        for low in (60.0, 100.0):
            conditions = view.resolve((PriceRange(low, low),))
            assert index.filter_ids(["x"], [conditions])[0] == ({"x"} if low == price else set())


def test_a_changed_rates_file_holds_from_the_next_query_on(
    tmp_path: Path, encoder: FakeEncoder, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "rates.toml"
    path.write_text(RATES.format(aed=4.0))
    settings = IndexSettings(rates_file=str(path), base_currency="AED")
    with ProductIndex.open(":memory:", encoder, settings=settings) as index:
        index.add([Product("d", "mug", price=20.0, currency="USD")])
        assert browse(index, price_max=80) == {"d"}
        path.write_text(RATES.format(aed=4.5))
        os.utime(path, ns=(1, 1))
        assert browse(index, price_max=80) == set()
        assert browse(index, price_max=90) == {"d"}
        path.write_text("nonsense")
        assert browse(index, price_max=90) == {"d"}
        assert "the former rates stay in force" in caplog.text
        path.unlink()
        assert browse(index, price_max=90) == {"d"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("base = ", "not TOML"),
        (RATES.format(aed=0), "AED.*greater than 0|AED.*above 0|rates"),
        (RATES.format(aed="nan"), "rates"),
        (RATES.format(aed=1).replace("AED", "aed"), "aed"),
        (RATES.format(aed=1).replace("as_of = 2026-01-02\n", ""), "as_of"),
        (RATES.format(aed=1).replace("source", "sauce"), "sauce"),
    ],
)
def test_wrong_rates_are_refused_with_their_place(
    tmp_path: Path, encoder: FakeEncoder, text: str, message: str
) -> None:
    path = tmp_path / "rates.toml"
    path.write_text(text)
    settings = IndexSettings(rates_file=str(path), base_currency="AED")
    with ProductIndex.open(":memory:", encoder, settings=settings) as index:
        index.add([Product("d", "mug", price=20.0, currency="USD")])
        with pytest.raises(ExchangeRatesError, match=message) as caught:
            browse(index, price_max=80)
    assert str(path) in str(caught.value)


def test_conditions_of_a_price_name_each_part_of_the_catalogue() -> None:
    def get_factor(source: str, target: str) -> float | None:
        return {("AED", "USD"): 0.25}.get((source, target), 1.0 if source == target else None)

    view = PriceView("AED", {"AED": 3, "USD": 1, "": 1, "XAF": 1}, get_factor=get_factor)
    assert view.resolve((PriceRange(8.0, None), In("brand_key", ("a",)))) == (
        AnyOf(
            (
                (IsEmpty("currency"), Range("price", 8.0, None)),
                (In("currency", ("AED",)), Range("price", 8.0, None)),
                (In("currency", ("USD",)), Range("price", 2.0, None)),
            )
        ),
        In("brand_key", ("a",)),
    )
    two = PriceView("AED", {"AED": 3, "USD": 1}, get_factor=get_factor)
    assert two.resolve((PriceRange(None, 8.0),)) == (
        AnyOf(
            (
                (In("currency", ("AED",)), Range("price", None, 8.0)),
                (In("currency", ("USD",)), Range("price", None, 2.0)),
            )
        ),
    )
    nothing = PriceView("AED", {"AED": 3}).resolve((PriceRange(1.0, 2.0, "XAF"),))
    assert nothing == (In("currency", ("none",)),)


def test_rates_are_not_read_for_one_currency(tmp_path: Path) -> None:
    prices = CatalogPrices(ExactStore(), "AED", str(tmp_path / "there is none"))
    assert prices.view().is_plain
    assert prices.view().read_prices(FieldRows(PRICE_FIELDS)) == {}
    with pytest.raises(ExchangeRatesError, match="no such file"):
        prices.view().get_factor("USD", "AED")
