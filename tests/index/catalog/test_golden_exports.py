"""Each golden export is read as it should be: no product and no field is lost or wrong."""

from pathlib import Path

import pytest

from benchmarks.golden_exports import compare, list_exports
from index.catalog.exports import EXPORT_FORMATS

EXPORTS = list_exports()


@pytest.mark.parametrize("expected", EXPORTS, ids=[path.stem for path in EXPORTS])
def test_nothing_of_a_golden_export_is_lost(expected: Path) -> None:
    found = compare(expected)
    assert found["fields_right"] > 10
    problems = [found[name] for name in ("missing", "too_many", "fields_lost", "fields_wrong")]
    assert problems == [[], [], [], []]


def test_every_known_export_has_a_golden_file() -> None:
    assert set(EXPORT_FORMATS) <= {path.stem for path in EXPORTS}


def test_a_lost_and_a_wrong_field_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.golden_exports.GOLDEN", tmp_path)
    (tmp_path / "a.csv").write_text("id,title,brand\n1,Dress,Layla\n2,Mug,\n", "utf-8")
    right = tmp_path / "a.json"
    right.write_text(
        '{"options": {}, "products": {"1": {"title": "Dress", "brand": "Sadu", "image": "x"},'
        ' "3": {"title": "Hat"}}}',
        "utf-8",
    )
    found = compare(right)
    assert (found["fields_right"], found["missing"], found["too_many"]) == (1, ["3"], ["2"])
    assert found["fields_wrong"] == ["1.brand: 'Sadu' expected, got 'Layla'"]
    assert found["fields_lost"] == [
        "1.image: 'x' expected, got ''",
        "3.title: 'Hat' expected, got None",
    ]
