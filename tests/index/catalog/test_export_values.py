"""Values that several exports write alike."""

from index.catalog.exports.export_values import build_sale_period


def test_a_sale_period_includes_its_last_day() -> None:
    period = build_sale_period("2020-01-01", "2020-02-01")
    assert period == "2020-01-01T00:00:00+00:00/2020-02-02T00:00:00+00:00"
    with_time = build_sale_period("", "2020-02-01 18:00")
    assert with_time == "1970-01-01T00:00:00+00:00/2020-02-01T18:00:00+00:00"
    assert build_sale_period("", "") == ""
