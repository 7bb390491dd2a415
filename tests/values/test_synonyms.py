"""Synonyms files: groups by line, comments, and errors that name the line."""

from pathlib import Path

import pytest

from shopwindow.values.errors import InvalidSettingError
from shopwindow.values.synonyms import load_builtin_synonyms, load_synonyms, read_synonyms


def test_a_file_may_have_comments_and_arabic_commas(tmp_path: Path) -> None:
    path = tmp_path / "own.txt"
    path.write_text(
        "\ufeff# ours\n\nfrock, dress  # old word\nنفنوف، فستان, dress\n", encoding="utf-8"
    )
    assert read_synonyms(path) == (("frock", "dress"), ("نفنوف", "فستان", "dress"))
    assert load_synonyms(str(path)) == (*load_builtin_synonyms(), *read_synonyms(path))
    assert load_synonyms() == load_builtin_synonyms()


@pytest.mark.parametrize("line", ["alone", "alone,", ", ,alone"])
def test_a_group_of_one_word_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "own.txt"
    path.write_text(f"a, b\n{line}\n", encoding="utf-8")
    with pytest.raises(InvalidSettingError, match=r"SYNONYMS_FILE: .* line 2"):
        read_synonyms(path)


def test_every_group_of_one_word_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "own.txt"
    path.write_text("alone\na, b\nوحيدة\n", encoding="utf-8")
    with pytest.raises(InvalidSettingError, match="line 1") as caught:
        read_synonyms(path)
    first, second = caught.value.lines
    assert f"in line 1 of {path}, got 'alone'" in first
    assert f"in line 3 of {path}, got 'وحيدة'" in second


@pytest.mark.parametrize("data", [None, b"\xff\xfe\x00"])
def test_a_missing_or_binary_file_is_refused(tmp_path: Path, data: bytes | None) -> None:
    path = tmp_path / "own.txt"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(InvalidSettingError, match="UTF-8 text file"):
        read_synonyms(path)


def test_the_built_in_groups_join_english_and_arabic() -> None:
    groups = [set(group) for group in load_builtin_synonyms()]
    for pair in ({"red", "أحمر"}, {"sofa", "كنبة"}, {"rug", "زولية"}, {"Men", "رجالي"}):
        assert any(pair <= group for group in groups), pair
