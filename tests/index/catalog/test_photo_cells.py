"""Cells with one photo or several: all that can be used count, in order."""

import base64
import re
import time
from pathlib import Path
from urllib.parse import quote

import pytest

from index.catalog.embedded_photos import PhotoFolder
from index.catalog.image_addresses import PhotoRoot
from index.catalog.photo_cells import split_photo_cell
from index.catalog.photo_values import PhotoValueReader

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


def make_reader(folder: Path, *, has_folder: bool = False) -> PhotoValueReader:
    """Return a reader of photos in a folder; one for embedded photos writes below it."""
    photos = PhotoFolder(folder / "written") if has_folder else None
    return PhotoValueReader("feed.csv", PhotoRoot(folder), photos)


@pytest.mark.parametrize("cell", CELLS)
def test_the_first_usable_photo_of_a_cell_counts(tmp_path: Path, cell: str) -> None:
    assert make_reader(tmp_path).read_all(cell).photos[0] == FIRST


@pytest.mark.parametrize(
    "address",
    ["https://x.org/123_High_Street,_London.jpg", "https://x.org/upload/w_300,h_300/1.jpg",
     "https://x.org/?url=a,https://y.org/1.jpg", "https://x.org/قميص.jpg"],
)  # fmt: skip
def test_a_comma_inside_an_address_does_not_split_it(tmp_path: Path, address: str) -> None:
    assert make_reader(tmp_path).read_all(address).photos[0] == address


def test_addresses_without_a_scheme_and_with_entities(tmp_path: Path) -> None:
    reader = make_reader(tmp_path)
    assert reader.read_all("www.x.org/1.jpg").photos[0] == "https://www.x.org/1.jpg"
    assert reader.read_all("cdn.x.org/1.jpg").photos[0] == "https://cdn.x.org/1.jpg"
    assert reader.read_all("https://x.org/i?a=1&amp;b=2").photos[0] == "https://x.org/i?a=1&b=2"


def test_files_in_a_list_and_files_with_separators(tmp_path: Path) -> None:
    (tmp_path / "cdn.x.org").mkdir()
    names = ("a,b.jpg", "two  spaces.jpg", "cafe\u0301.jpg", "my photo.jpg", "cdn.x.org/1.jpg")
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    reader = make_reader(tmp_path)
    assert reader.read_all("p/1.jpg, p/2.jpg").photos[0] == str(tmp_path / "p/1.jpg")
    assert reader.read_all("p/1.webp|p/2.jpg").photos[0] == str(tmp_path / "p/1.webp")
    for cell, name in (
        ("a,b.jpg", "a,b.jpg"), ("two  spaces.jpg", "two  spaces.jpg"),
        ("caf\u00e9.jpg", "cafe\u0301.jpg"), ("my%20photo.jpg", "my photo.jpg"),
        ("/my photo.jpg", "my photo.jpg"), ("cdn.x.org/1.jpg", "cdn.x.org/1.jpg"),
    ):  # fmt: skip
        assert reader.read_all(cell).photos[0] == str(tmp_path / name)


@pytest.mark.parametrize(
    "cell", ["ftp://x.org/1.jpg", "C:\\photos\\1.jpg", "/m/h/1.jpg", "../1.jpg,../2.jpg", "<img>",
             "x" * 200_000]
)  # fmt: skip
def test_a_cell_without_a_usable_photo_is_refused(tmp_path: Path, cell: str) -> None:
    found = make_reader(tmp_path).read_all(cell)
    assert not found.photos
    assert re.search(r"expected|outside", found.problems[0])


LISTS = {
    "comma": f"{FIRST}, {SECOND}", "semicolon": f"{FIRST};{SECOND}", "bar": f"{FIRST} | {SECOND}",
    "arabic comma": f"{FIRST}، {SECOND}", "arabic semicolon": f"{FIRST}؛{SECOND}",
    "lines": f"{FIRST}\r\n{SECOND}\n", "spaces": f"{FIRST}   {SECOND}",
    "breaks": f"{FIRST}<br>{SECOND}<br/>", "quoted": f'"{FIRST}","{SECOND}"',
    "twice": f"{FIRST},{SECOND},{FIRST}", "json": f'["{FIRST}", "{SECOND}", null, ""]',
    "json escapes": f'["{FIRST}", "{SECOND}"]'.replace("/", "\\/"),
    "objects": f'[{{"src": "{FIRST}", "alt": "a, b"}}, {{"url": "{SECOND}"}}]',
    "nested": f'{{"images": [{{"original": {{"url": "{FIRST}"}}}}, {{"href": "{SECOND}"}}]}}',
    "python": f"['{FIRST}', '{SECOND}']", "tuple": f"('{FIRST}', '{SECOND}')",
    "without quotes": f"[{FIRST}, {SECOND}]", "postgres": f"{{{FIRST},{SECOND}}}",
    "html": f'<p><img src="{FIRST}"/><img alt="b" src=\'{SECOND}\'></p>',
    "labels": f"{FIRST}:front|{SECOND}:back", "bidi marks": f"\u200f{FIRST}\u200e, \ufeff{SECOND}",
    "label behind": f"{FIRST},{SECOND}, front view", "mixed": f"{FIRST},{SECOND};{FIRST}\n{SECOND}",
}  # fmt: skip


@pytest.mark.parametrize("cell", LISTS.values(), ids=list(LISTS))
def test_all_photos_of_a_list_are_read_in_order(tmp_path: Path, cell: str) -> None:
    assert make_reader(tmp_path).read_all(cell) == ((FIRST, SECOND), ())


@pytest.mark.parametrize(
    ("cell", "addresses"),
    [
        ("https://x.org/w_1,h_2/a.jpg,https://x.org/w_3,h_4/b.jpg",
         ("https://x.org/w_1,h_2/a.jpg", "https://x.org/w_3,h_4/b.jpg")),
        ("https://x.org/a.jpg,w_300,h_300", ("https://x.org/a.jpg,w_300,h_300",)),
        ("https://x.org/my photo.jpg, https://x.org/قميص أزرق.jpg",
         ("https://x.org/my%20photo.jpg", "https://x.org/قميص%20أزرق.jpg")),
        ("//cdn.x.org/1.jpg //cdn.x.org/2.jpg",
         ("https://cdn.x.org/1.jpg", "https://cdn.x.org/2.jpg")),
        ("https:\\\\x.org\\a.jpg", ("https://x.org/a.jpg",)),
        ("https://x.org/a[1].jpg", ("https://x.org/a[1].jpg",)),
        ("https://x.org/?id=1&size=2;https://x.org/?id=2",
         ("https://x.org/?id=1&size=2", "https://x.org/?id=2")),
    ],
)  # fmt: skip
def test_addresses_with_odd_characters(
    tmp_path: Path, cell: str, addresses: tuple[str, ...]
) -> None:
    assert make_reader(tmp_path).read_all(cell).photos == addresses


def test_lists_of_values_are_read_like_cells(tmp_path: Path) -> None:
    reader = make_reader(tmp_path)
    for value in (
        [FIRST, None, SECOND], [{"src": FIRST}, {"image_url": SECOND}], {"images": [FIRST, SECOND]},
        [f"{FIRST},{SECOND}"], {"url": [FIRST, SECOND]},
    ):  # fmt: skip
        assert reader.read_all(value).photos == (FIRST, SECOND)
    assert reader.read_all({"alt": "x"}) == ((), ())
    assert reader.read_all("[]") == ((), ())


def test_what_cannot_be_used_is_told_beside_the_rest(tmp_path: Path) -> None:
    photos, problems = make_reader(tmp_path).read_all(f"ftp://x.org/0.jpg,{FIRST},{SECOND}")
    assert photos == (FIRST, SECOND)
    assert len(problems) == 1
    assert "http or https address expected, got 'ftp://x.org/0.jpg'" in problems[0]


DRIVE = "https://drive.google.com/uc?export=download&id=1AbCdEfGhIjKlMn"


@pytest.mark.parametrize(
    ("link", "direct"),
    [
        ("https://drive.google.com/file/d/1AbCdEfGhIjKlMn/view?usp=sharing", DRIVE),
        ("https://drive.google.com/open?id=1AbCdEfGhIjKlMn", DRIVE),
        ("https://drive.google.com/file/u/0/d/1AbCdEfGhIjKlMn/edit", DRIVE),
        ("https://drive.google.com/uc?id=1AbCdEfGhIjKlMn&export=view", DRIVE),
        ("https://www.dropbox.com/s/abc/1.jpg?dl=0", "https://www.dropbox.com/s/abc/1.jpg?raw=1"),
        ("https://www.dropbox.com/scl/fi/abc/1.jpg?rlkey=k&dl=0",
         "https://www.dropbox.com/scl/fi/abc/1.jpg?rlkey=k&raw=1"),
        ("https://dl.dropboxusercontent.com/s/abc/1.jpg", "https://dl.dropboxusercontent.com/s/abc/1.jpg"),
    ],
)  # fmt: skip
def test_share_links_lead_to_the_photo(tmp_path: Path, link: str, direct: str) -> None:
    assert make_reader(tmp_path).read_all(link).photos[0] == direct


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("https://drive.google.com/drive/folders/1AbCdEfGhIjKlMn", "a folder of Google Drive"),
        ("https://www.dropbox.com/sh/abc/def?dl=0", "a folder of Dropbox"),
        ("https://photos.app.goo.gl/abc", "a page of Google Photos"),
        ("https://1drv.ms/i/s!abc", "a page of OneDrive"),
    ],
)
def test_links_to_pages_and_folders_say_what_to_do(tmp_path: Path, link: str, reason: str) -> None:
    found = make_reader(tmp_path).read_all(link)
    assert not found.photos
    assert re.search(rf"{reason} is no photo; \w", found.problems[0])


GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff,;\x00"
BASE64 = base64.b64encode(GIF).decode()
EMBEDDED = {
    "base64": f"data:image/gif;base64,{BASE64}",
    "url-safe": "data:image/gif;base64," + base64.urlsafe_b64encode(GIF).decode().rstrip("="),
    "escaped base64": "data:image/gif;base64," + quote(BASE64, safe=""),
    "lines": f"DATA:image/gif;base64,{BASE64[:8]}\r\n{BASE64[8:]}",
    "percent": "data:image/gif," + quote(GIF, safe=""),
    "parameters": f"data:image/gif;name=a.gif;base64,{BASE64}",
}


@pytest.mark.parametrize("cell", EMBEDDED.values(), ids=list(EMBEDDED))
def test_a_photo_in_the_cell_is_written_to_the_folder(tmp_path: Path, cell: str) -> None:
    reader = make_reader(tmp_path, has_folder=True)
    path = Path(reader.read_all(cell).photos[0])
    assert path.parent == (tmp_path / "written").resolve()
    assert path.read_bytes() == GIF
    assert reader.read_all(f"{FIRST},{cell.strip()}").photos[0] == FIRST
    if "\n" not in cell:
        assert reader.read_all(f"{FIRST}, {cell}|{SECOND}").photos == (FIRST, str(path), SECOND)
        assert reader.read_all(f'["{cell}", "{FIRST}"]').photos == (str(path), FIRST)


def test_an_embedded_photo_may_be_larger_than_a_list(tmp_path: Path) -> None:
    reader = make_reader(tmp_path, has_folder=True)
    data = GIF + bytes(300_000)
    cell = "data:image/gif;base64," + base64.b64encode(data).decode()
    assert Path(reader.read_all(cell).photos[0]).read_bytes() == data


@pytest.mark.parametrize(
    ("cell", "has_folder", "reason"),
    [
        (EMBEDDED["base64"], False, "--photo-folder photos"),
        ("data:image/gif;base64,R0lGODlh!", True, "got broken base64"),
        ("data:image/svg+xml,%3Csvg/%3E", True, "a photo expected, got 6 bytes"),
        ("data:text/html,hello", True, "a photo expected"),
    ],
)
def test_an_embedded_photo_that_cannot_be_used(
    tmp_path: Path, cell: str, has_folder: bool, reason: str
) -> None:
    found = make_reader(tmp_path, has_folder=has_folder).read_all(cell)
    assert not found.photos
    assert re.search(reason, found.problems[0])


@pytest.mark.parametrize(
    "piece",
    [
        "data:",
        "data:a;b=",
        "،",
        '","',
        ".jpg,",
        "x.jpg|",
        "<br>",
        ", ",
        " ",
        "a.jpg,",
        "[",
        "<img ",
        "?url=",
        "//",
        "https://x/?url=a ",
    ],
)
def test_hostile_cells_are_split_in_linear_time(piece: str) -> None:
    began = time.process_time()
    split_photo_cell("a" + piece * (20_000 // len(piece)) + "b")
    assert time.process_time() - began < 1
