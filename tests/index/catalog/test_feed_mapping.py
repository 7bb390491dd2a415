"""A mapping of columns: every mistake in a file, or in Python, is reported at once."""

import pickle
from pathlib import Path
from typing import Any

import pytest

from index.catalog import FeedMapping, load_mapping
from shopwindow.values.errors import FeedError, FeedMappingError

COMPLETE = """
[columns]
title = "Produktname"
price = ""
[columns.translations.Arabic]
title = "Titel"
[columns.translations.fr-FR]
description = "Texte"
[attributes]
color = "Farbe"
[defaults]
currency = "AED"
[file]
delimiter = ";"
"""
INVALID_MAPPINGS = [
    ("columns = 1", "`columns`: expected a table of names, got 1"),
    ("[column]\n", "`column` is not known; did you mean `columns`"),
    ("[x]\n", "`x` is not known; known are columns, attributes, defaults, file"),
    ("[translations.ar]\n", "`translations` is not known; known are columns"),
    ('[columns]\ntitel = "x"', r"`columns\.titel` is not known; did you mean `title`"),
    ('[columns]\nTITLE = "x"', r"`columns\.TITLE` is not known; did you mean `title`"),
    ('[columns]\nxyz = "x"', r"`columns\.xyz` is not known; known are id, title,"),
    ("[columns]\nxyz = 1", r"`columns\.xyz` is not known; known are id, title,"),
    ("[columns]\ntitle = 1", r"`columns\.title`: expected a text in quotation marks, got 1"),
    (
        '[columns.translations.klingon]\ntitle = "x"',
        r"`columns\.translations\.klingon`: expected a language code such as ar, got 'klingon'",
    ),
    (
        '[columns.translations]\nar = "x"',
        r"`columns\.translations\.ar`: expected a table of names, got 'x'",
    ),
    (
        '[columns.translations.ar]\nname = "x"',
        r"`columns\.translations\.ar\.name` is not known; known are title, description",
    ),
    ('[columns]\ntranslations = "x"', r"`columns\.translations`: expected a table of names"),
    ('[defaults]\nmerchant = "x"', r"`defaults\.merchant` is not known; .* `merchant_id`"),
    ('[file]\nname = "x"', r"`file\.name` is not known; known are format, encoding, delimiter"),
    ("[attributes]\ncolor = true", r"`attributes\.color`: expected a text .*, got true"),
    ("not toml", "it is not TOML: .*line 1"),
    ("[columns]\ntitle = “x”", r'it is not TOML: .*line 2.*straight \("\)\?'),
    ("x = " + "[" * 5000, "lists lie too deep"),
]


def write(folder: Path, text: str) -> Path:
    path = folder / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_what_python_can(tmp_path: Path) -> None:
    assert load_mapping(write(tmp_path, "\ufeff" + COMPLETE)) == FeedMapping(
        columns={"title": "Produktname", "price": ""},
        translations={"ar": {"title": "Titel"}, "fr": {"description": "Texte"}},
        attributes={"color": "Farbe"},
        defaults={"currency": "AED"},
        file={"delimiter": ";"},
    )
    assert load_mapping(write(tmp_path, "")) == FeedMapping()


@pytest.mark.parametrize(("text", "match"), INVALID_MAPPINGS, ids=lambda text: text[:30])
def test_a_mistake_in_a_file_is_reported_once(tmp_path: Path, text: str, match: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(FeedMappingError, match=match) as caught:
        load_mapping(path)
    assert len(caught.value.problems) == 1, caught.value.problems
    assert str(caught.value).startswith(f"{path}: ")
    assert caught.value.__cause__ is not None


def test_a_missing_file_and_one_in_another_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match=r"none\.toml: there is no such file"):
        load_mapping(tmp_path / "none.toml")
    (tmp_path / "old.toml").write_bytes('[columns]\ntitle = "العنوان"'.encode("cp1256"))
    with pytest.raises(FeedError, match=r"old\.toml: it is not UTF-8; save it as UTF-8"):
        load_mapping(tmp_path / "old.toml")


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '[columns]\ntitel = "x"\nprice = 5\n[columns.translations.xx]\nname = "x"\n'
        '[file]\nencodng = "cp1256"\n[default]\ncurrency = "AED"\n',
    )
    with pytest.raises(FeedMappingError, match="titel") as caught:
        load_mapping(path)
    places = [problem.split("`")[1] for problem in caught.value.problems]
    assert sorted(places) == [
        "columns.price",
        "columns.titel",
        "columns.translations.xx",
        "columns.translations.xx.name",
        "default",
        "file.encodng",
    ]
    assert caught.value.lines == tuple(f"{path}: {line}" for line in caught.value.problems)
    assert str(caught.value).splitlines() == list(caught.value.lines)
    restored = pickle.loads(pickle.dumps(caught.value))
    assert (str(restored), restored.problems) == (str(caught.value), caught.value.problems)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"columns": {"titel": "x"}}, r"`columns\.titel` is not known; did you mean `title`"),
        ({"file": {"delimiter": 1}}, r"`file\.delimiter`: expected a text .*, got 1"),
        ({"translations": {"klingon": {}}}, r"`translations\.klingon`: expected a language code"),
        ({"attributes": "color"}, "`attributes`: expected a table of names, got 'color'"),
        ({"colums": {}}, "`colums` is not known; did you mean `columns`"),
    ],
)
def test_a_mistake_in_python_is_refused_alike(arguments: dict[str, Any], match: str) -> None:
    with pytest.raises(FeedMappingError, match=match) as caught:
        FeedMapping(**arguments)
    assert len(caught.value.problems) == 1
