"""Cells with one photo or several: the first that can be used counts."""

import re
import time
from pathlib import Path

import pytest

from index.catalog.image_addresses import PhotoRoot, ResolvedPhotos
from index.catalog.photo_cells import split_photo_cell
from index.catalog.records import CellError

FIRST, SECOND = "https://x.org/1.jpg", "https://x.org/2.jpg"
CELLS = (
    f"{FIRST},{SECOND}", f"{FIRST}|{SECOND}", f"{FIRST} | {SECOND}", f"{FIRST};{SECOND}",
    f"{FIRST} {SECOND}", f"{FIRST}\n{SECOND}", f"{FIRST}\r\n{SECOND}", f"{FIRST}\t{SECOND}",
    f"{FIRST}\n", f"{FIRST},", f"{FIRST}|", f",{FIRST}", f'["{FIRST}","{SECOND}"]',
    f"['{FIRST}', '{SECOND}']", f'[{{"src": "{FIRST}"}}]', f"{FIRST}:label one|{SECOND}:label",
    f'"{FIRST}"', f'<img class="a" src="{FIRST}">', f'=IMAGE("{FIRST}")',
    "//x.org/1.jpg,//x.org/2.jpg",
    f"ftp://x.org/0.jpg,{FIRST}", f"{FIRST},2.jpg",
)  # fmt: skip


@pytest.mark.parametrize("cell", CELLS)
def test_the_first_usable_photo_of_a_cell_counts(tmp_path: Path, cell: str) -> None:
    assert PhotoRoot(tmp_path).resolve_all(cell).photos[0] == FIRST


@pytest.mark.parametrize(
    "address",
    ["https://x.org/123_High_Street,_London.jpg", "https://x.org/upload/w_300,h_300/1.jpg",
     "https://x.org/?url=a,https://y.org/1.jpg", "https://x.org/قميص.jpg"],
)  # fmt: skip
def test_a_comma_inside_an_address_does_not_split_it(tmp_path: Path, address: str) -> None:
    assert PhotoRoot(tmp_path).resolve_all(address).photos[0] == address


def test_addresses_without_a_scheme_and_with_entities(tmp_path: Path) -> None:
    root = PhotoRoot(tmp_path)
    assert root.resolve_all("www.x.org/1.jpg").photos[0] == "https://www.x.org/1.jpg"
    assert root.resolve_all("cdn.x.org/1.jpg").photos[0] == "https://cdn.x.org/1.jpg"
    assert root.resolve_all("https://x.org/i?a=1&amp;b=2").photos[0] == "https://x.org/i?a=1&b=2"


def test_files_in_a_list_and_files_with_separators(tmp_path: Path) -> None:
    (tmp_path / "cdn.x.org").mkdir()
    names = ("a,b.jpg", "two  spaces.jpg", "cafe\u0301.jpg", "my photo.jpg", "cdn.x.org/1.jpg")
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    root = PhotoRoot(tmp_path)
    assert root.resolve_all("p/1.jpg, p/2.jpg").photos[0] == str(tmp_path / "p/1.jpg")
    assert root.resolve_all("p/1.webp|p/2.jpg").photos[0] == str(tmp_path / "p/1.webp")
    for cell, name in (
        ("a,b.jpg", "a,b.jpg"), ("two  spaces.jpg", "two  spaces.jpg"),
        ("caf\u00e9.jpg", "cafe\u0301.jpg"), ("my%20photo.jpg", "my photo.jpg"),
        ("/my photo.jpg", "my photo.jpg"), ("cdn.x.org/1.jpg", "cdn.x.org/1.jpg"),
    ):  # fmt: skip
        assert root.resolve_all(cell).photos[0] == str(tmp_path / name)


@pytest.mark.parametrize(
    "cell", ["ftp://x.org/1.jpg", "C:\\photos\\1.jpg", "/m/h/1.jpg", "../1.jpg,../2.jpg", "<img>",
             "data:image/png;base64,iVBORw0KGgo", "x" * 200_000]
)  # fmt: skip
def test_a_cell_without_a_usable_photo_is_refused(tmp_path: Path, cell: str) -> None:
    try:
        found = PhotoRoot(tmp_path).resolve_all(cell)
    except CellError as exc:
        found = ResolvedPhotos((), (exc.reason,))
    assert not found.photos
    assert re.search(r"expected|outside", found.reasons[0])


@pytest.mark.parametrize(
    "piece", [", ", " ", "a.jpg,", "[", "<img ", "?url=", "//", "https://x/?url=a "]
)
def test_hostile_cells_are_split_in_linear_time(piece: str) -> None:
    began = time.process_time()
    split_photo_cell("a" + piece * (20_000 // len(piece)) + "b")
    assert time.process_time() - began < 1
