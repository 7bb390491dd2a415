"""Photos named by arguments: files, folders, addresses, lists."""

from pathlib import Path

import pytest

from shopwindow.serving.cli.photo_list import list_photos
from shopwindow.values.errors import FeedError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("shoot/b.JPG", "shoot/a.png", "shoot/old/c.heic", "shoot/notes.txt", "x.jpg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    (tmp_path / "shoot" / "._b.JPG").write_bytes(b"")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_files_folders_and_addresses_are_listed_without_duplicates() -> None:
    arguments = ["x.jpg", "shoot", "shoot/a.png", "https://shop.example/1.jpg", "x.jpg"]
    assert list_photos(arguments) == [
        "x.jpg",
        "shoot/a.png",
        "shoot/b.JPG",
        "shoot/old/c.heic",
        "https://shop.example/1.jpg",
    ]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("l.txt", "\ufeffa.png\n\n b.JPG \n", ["shoot/a.png", "shoot/b.JPG"]),
        ("l.csv", "sku,Photo\n1,a.png\n2,b.JPG\n", ["shoot/a.png", "shoot/b.JPG"]),
        ("l.csv", "sku;photo\n1;a.png\n", ["shoot/a.png"]),
        ("l.csv", "a.png,first\nb.JPG,second\n", ["shoot/a.png", "shoot/b.JPG"]),
        ("l.csv", 'photo\n"a, b.png"\n', ["shoot/a, b.png"]),
        ("l.txt", "x.jpg\nhttps://a.example/1.png\n", ["x.jpg", "https://a.example/1.png"]),
    ],
)
def test_lists(folder: Path, name: str, text: str, expected: list[str]) -> None:
    (folder / "shoot" / name).write_text(text, encoding="utf-8")
    assert list_photos([f"@shoot/{name}"]) == expected
    assert list_photos([f"shoot/{name}"]) == expected


@pytest.mark.parametrize(
    ("argument", "content", "message"),
    [
        ("none", None, "none: there is no such file or folder"),
        ("@none.txt", None, "none.txt: there is no such list"),
        ("@empty.txt", b"\n \n", "the list is empty; give one path or address a line"),
        ("@latin.txt", "caf\u00e9.png".encode("latin-1"), "the list is not UTF-8"),
        ("bare", b"", "no photos are in this folder or below it"),
    ],
)
def test_missing_and_unusable_photos_are_named(
    folder: Path, argument: str, content: bytes | None, message: str
) -> None:
    (folder / "bare").mkdir()
    if content:
        (folder / argument.removeprefix("@")).write_bytes(content)
    with pytest.raises(FeedError, match=message):
        list_photos([argument])
