"""Files of synonyms: groups by line, remarks, and mistakes that name their line."""

from pathlib import Path

import pytest

from shopwindow.values.errors import InvalidSettingError
from shopwindow.values.synonyms import load_builtin_synonyms, load_synonyms, read_synonyms


def test_groups_remarks_and_both_commas(tmp_path: Path) -> None:
    path = tmp_path / "own.txt"
    path.write_text(
        "\ufeff# ours\n\nfrock, dress  # old word\nنفنوف، فستان, dress\n", encoding="utf-8"
    )
    assert read_synonyms(path) == (("frock", "dress"), ("نفنوف", "فستان", "dress"))
    assert load_synonyms(str(path)) == (*load_builtin_synonyms(), *read_synonyms(path))
    assert load_synonyms() == load_builtin_synonyms()


@pytest.mark.parametrize("line", ["alone", "alone,", ", ,alone"])
def test_a_group_of_one_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "own.txt"
    path.write_text(f"a, b\n{line}\n", encoding="utf-8")
    with pytest.raises(InvalidSettingError, match="line 2"):
        read_synonyms(path)


@pytest.mark.parametrize("data", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "own.txt"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(InvalidSettingError, match="UTF-8 text file"):
        read_synonyms(path)


def test_the_shipped_groups_join_the_languages() -> None:
    groups = [set(group) for group in load_builtin_synonyms()]
    for pair in ({"red", "أحمر"}, {"sofa", "كنبة"}, {"rug", "زولية"}, {"Men", "رجالي"}):
        assert any(pair <= group for group in groups), pair
