"""`shopwindow match`: sheets of every format, refusals, failures, Ctrl-C."""

import csv
import json
import os
import re
import shutil
import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from search.batch_matching import PhotoMatch
from shopwindow.serving.cli import ExitCode, match_photos
from shopwindow.serving.cli.count_progress import show_count_progress
from shopwindow.serving.cli.interrupts import defer_interrupt
from shopwindow.serving.cli.match_rows import NO_MATCH, SHEET_COLUMNS
from shopwindow.serving.cli.match_sheets import SHEETS, open_sheet
from shopwindow.serving.cli.match_thumbnails import IllustratedMatch, add_thumbnails
from shopwindow.values import Hit, Product, Translation
from shopwindow.values.errors import FeedError, IndexStoreError
from shopwindow.values.setting_groups import PhotoLimits
from tests.serving.cli.conftest import ROOT, CliRunner, finish, shopwindow, start

COLUMN_NAMES = [column.name for column in SHEET_COLUMNS]
NAMESPACE = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
QUERIES = ROOT / "data_samples" / "queries"
FORMULAS = ("=1+1", "+cmd", "-2+3", "@SUM(A1)", '=HYPERLINK("http://x")', "＝1+1", "\ufeff=1")


class Workbook:
    """The contents of an .xlsx, read without the library that wrote it."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            self.names = archive.namelist()
            strings = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
            self.sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
        self._strings = ["".join(string.itertext()) for string in strings]

    @property
    def rows(self) -> list[dict[str, str]]:
        """Every row below the header, by heading."""
        cells = [
            {re.sub(r"\d", "", cell.attrib["r"]): self._value(cell) for cell in row if len(cell)}
            for row in self.sheet.iterfind(".//m:row", NAMESPACE)
        ]
        header = cells[0]
        return [{header[column]: value for column, value in row.items()} for row in cells[1:]]

    def _value(self, cell: ElementTree.Element) -> str:
        text = cell.findtext("m:v", namespaces=NAMESPACE) or ""
        return self._strings[int(text)] if cell.get("t") == "s" else text

    def has(self, path: str) -> bool:
        return self.sheet.find(f".//m:{path}", NAMESPACE) is not None


def _read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _build_match(title: str = "Red dress", **fields: Any) -> IllustratedMatch:
    arabic = {"ar": Translation("فستان أحمر", "")}
    product = Product("sku", title, translations=arabic, price=9.5, currency="AED", **fields)
    return IllustratedMatch(PhotoMatch("a.png", (Hit(product, 0.9, {"image": 0.9}),)))


def test_the_real_command_writes_a_workbook(indexed: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"nothing")
    out = tmp_path / "new" / "m.xlsx"
    outcome = shopwindow(indexed, "match", str(QUERIES), str(broken), "--out", str(out))
    assert outcome.code == ExitCode.PARTIAL_FAILURE, outcome
    assert f"7 photos are in {out}" in outcome.err
    assert f"{broken}: not a photo of a known format" in outcome.err
    assert re.search(r"photo could not be used +│ 1 ", outcome.out)
    book = Workbook(out)
    assert len(book.rows) == 6 * 5 + 1
    assert [row["rank"] for row in book.rows[:5]] == ["1", "2", "3", "4", "5"]
    assert book.rows[0]["photo"] == str(QUERIES / "query-1.jpg")
    assert book.rows[0]["title"].split()[1] in {"dress", "mug"}
    assert re.search("[\u0600-\u06ff]", book.rows[0]["title ar"])
    assert (book.rows[0]["currency"], float(book.rows[0]["similarity"]) <= 1) == ("AED", True)
    assert book.rows[-1]["photo"] == str(broken)
    assert book.rows[-1]["error"].startswith("not a photo")
    assert book.has("pane[@state='frozen'][@ySplit='1']")
    assert book.sheet.find("m:autoFilter", NAMESPACE).attrib["ref"] == "A1:O32"  # type: ignore[union-attr]
    n_pictures = len([name for name in book.names if name.startswith("xl/media/")])
    assert 6 < n_pictures <= 6 + 12  # each picture is stored once
    assert list(tmp_path.glob("new/.*")) == []


def test_every_format_has_the_same_rows(indexed_cli: CliRunner) -> None:
    for suffix in SHEETS:
        options = ("--out", f"m{suffix}", "--limit", "2", "--no-thumbnails")
        assert indexed_cli("match", "photos/1.png", "photos/2.png", *options).code == ExitCode.OK
    lines = (indexed_cli.folder / "m.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    assert (indexed_cli.folder / "m.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    table = _read_csv(indexed_cli.folder / "m.csv")
    book = Workbook(indexed_cli.folder / "m.xlsx")
    assert [name for name in book.names if "media" in name] == []
    assert [list(row) for row in (records[0], table[0])] == [COLUMN_NAMES, COLUMN_NAMES]
    for record, row, cells in zip(records, table, book.rows, strict=True):
        assert {name: "" if v is None else str(v) for name, v in record.items()} == row
        for name in ("photo", "product_id", "title", "title_ar", "confidence"):
            assert cells[name.replace("_", " ")] == record[name]
        assert float(cells["price"]) == record["price"]
    assert [record["rank"] for record in records] == [1, 2, 1, 2]
    assert (records[0]["product_id"], records[0]["confidence"]) == ("sku-1", "same photo")


def test_filters_apply_and_a_photo_without_match_is_reported(indexed_cli: CliRunner) -> None:
    common = ("match", "photos/1.png", "--out", "m.jsonl", "--force")
    options = ("--brand", "Brand 1", "--category", "Clothing", "--in-stock", "--merchant", "m1")
    assert indexed_cli(*common, "--brand", "Brand 1").code == ExitCode.OK
    lines = (indexed_cli.folder / "m.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["brand"] for line in lines} == {"Brand 1"}
    outcome = indexed_cli(*common, *options)
    assert outcome.code == ExitCode.OK
    (line,) = (indexed_cli.folder / "m.jsonl").read_text(encoding="utf-8").splitlines()
    assert (json.loads(line)["rank"], json.loads(line)["error"]) == (None, NO_MATCH)
    assert re.search(r"no product found +│ 1 ", outcome.out)


def test_a_sheet_is_overwritten_only_with_force(indexed_cli: CliRunner) -> None:
    out = indexed_cli.folder / "m.csv"
    out.write_text("mine", encoding="utf-8")
    refused = indexed_cli("match", "photos/1.png", "--out", "m.csv")
    assert refused.code == ExitCode.USAGE
    assert "m.csv: it exists already; give another --out, or --force" in refused.err
    assert out.read_text(encoding="utf-8") == "mine"
    assert indexed_cli("match", "photos/1.png", "--out", "m.csv", "--force").code == ExitCode.OK
    assert len(_read_csv(out)) == 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gone",), "gone: there is no such file or folder"),
        (("empty",), "no photos are in this folder or below it"),
        (("photos", "--out", "m.pdf"), "must end in one of .xlsx, .csv, .jsonl"),
        (("photos", "--out", "dir.csv"), "this is a folder"),
        (("photos", "--out", "feed.csv/m.csv"), "it cannot be written: "),
        (("photos", "--limit", "0"), "limit: expected 1 to 500"),
        ((), "Missing argument 'PHOTOS...'"),
    ],
)
def test_bad_input_is_refused_before_any_search(
    indexed_cli: CliRunner, arguments: tuple[str, ...], message: str
) -> None:
    (indexed_cli.folder / "empty").mkdir()
    (indexed_cli.folder / "dir.csv").mkdir()
    before = sorted(path.name for path in indexed_cli.folder.iterdir())
    refused = indexed_cli("match", *arguments)
    assert refused.code == ExitCode.USAGE
    assert message in refused.err
    after = {path.name for path in indexed_cli.folder.iterdir()} - {"state"}
    assert sorted(after) == [name for name in before if name != "state"]


def test_more_rows_than_a_workbook_has_are_refused(
    indexed_cli: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(match_photos, "MAX_XLSX_ROWS", 23)
    refused = indexed_cli("match", "photos", "--limit", "2")
    assert "at most 23 rows in a workbook; give --out matches.csv, got '24 rows'" in refused.err
    assert indexed_cli("match", "photos", "--limit", "2", "--out", "m.csv").code == ExitCode.OK


def test_without_a_usable_photo_the_command_fails_and_says_why(indexed_cli: CliRunner) -> None:
    (indexed_cli.folder / "list.txt").write_text("gone.png\n", encoding="utf-8")
    failed = indexed_cli("match", "@list.txt")
    assert failed.code == ExitCode.FAILED
    assert Workbook(indexed_cli.folder / "matches.xlsx").rows == [
        {"photo": "gone.png", "error": "no such file"}
    ]


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_written_as_text(tmp_path: Path, text: str) -> None:
    for suffix in SHEETS:
        with open_sheet(tmp_path / f"m{suffix}") as sheet:
            sheet.add(_build_match(text, brand=text, image=text))
    book = Workbook(tmp_path / "m.xlsx")
    assert not book.has("f")
    assert not book.has("hyperlink")
    assert [book.rows[0][name] for name in ("title", "brand", "product image")] == [text] * 3
    (row,) = _read_csv(tmp_path / "m.csv")
    assert (row["title"], row["brand"]) == (f"'{text}", f"'{text}")
    assert json.loads((tmp_path / "m.jsonl").read_text(encoding="utf-8"))["title"] == text


def test_texts_that_a_format_cannot_hold_are_escaped(tmp_path: Path) -> None:
    long = "x" * 40_000
    unprintable = _build_match(
        "two\nlines \x1b[31m", brand=long, image="https://shop.example/a b.png"
    )
    undecodable = IllustratedMatch(PhotoMatch("caf\udce9.png", problem="no such file"))
    for suffix in SHEETS:
        with open_sheet(tmp_path / f"m{suffix}") as sheet:
            sheet.add(unprintable)
            sheet.add(undecodable)
    first, second = Workbook(tmp_path / "m.xlsx").rows
    assert (first["title"], len(first["brand"])) == ("two lines [31m", 32_767)
    assert Workbook(tmp_path / "m.xlsx").has("hyperlink")
    assert second == {"photo": "caf\\udce9.png", "error": "no such file"}
    assert _read_csv(tmp_path / "m.csv")[1]["photo"] == "caf\\udce9.png"


def test_thumbnails_of_missing_photos_are_left_out(tmp_path: Path) -> None:
    present = tmp_path / "there.png"
    Image.new("RGB", (300, 100), (200, 30, 30)).save(present)
    images = (str(present), str(tmp_path / "gone.png"), "")
    hits = tuple(Hit(Product(str(n), "t", image=image), 0.5, {}) for n, image in enumerate(images))
    (match,) = add_thumbnails([PhotoMatch("q", hits)], PhotoLimits())
    assert [bool(thumbnail) for thumbnail in match.product_thumbnails] == [True, False, False]
    assert match.photo_thumbnail == b""
    with open_sheet(tmp_path / "m.xlsx") as sheet:
        sheet.add(match)
    assert [name for name in Workbook(tmp_path / "m.xlsx").names if "media" in name] == [
        "xl/media/image1.jpeg"
    ]


def test_a_failure_midway_keeps_the_matches_so_far(
    indexed_cli: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def match_one_and_fail(*_: object, **__: object) -> Iterator[PhotoMatch]:
        yield PhotoMatch("a.png", problem="no such file")
        raise IndexStoreError("the engine went away")

    monkeypatch.setattr(match_photos, "match_photos", match_one_and_fail)
    failed = indexed_cli("match", "photos", "--no-thumbnails")
    assert failed.code == ExitCode.FAILED
    assert "error: the engine went away" in failed.err
    assert "1 photos are in matches.xlsx" in failed.err
    assert len(Workbook(indexed_cli.folder / "matches.xlsx").rows) == 1


def test_an_existing_sheet_stays_when_no_match_is_added(tmp_path: Path) -> None:
    out = tmp_path / "m.csv"
    out.write_text("before", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt, match=r"^$"), open_sheet(out):
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["m.csv"]
    assert out.read_text(encoding="utf-8") == "before"


def test_matches_are_not_lost_when_the_sheet_is_open_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(os, "replace", refuse)
    message = r"close it where it is open; the matches are in .*\.m\.csv\.part"
    with pytest.raises(FeedError, match=message), open_sheet(tmp_path / "m.csv") as sheet:
        sheet.add(_build_match())
    assert len(_read_csv(tmp_path / ".m.csv.part")) == 1


def test_ctrl_c_keeps_the_matches_so_far(indexed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    shutil.copy(indexed / "photos" / "0.png", folder / "0.png")
    for number in range(1, 4000):
        os.link(folder / "0.png", folder / f"{number}.png")
    out = tmp_path / "m.csv"
    process = start(indexed, "match", str(folder), "--out", str(out))
    assert process.stderr is not None
    lines = [process.stderr.readline()]
    while lines[-1] and not lines[-1].startswith("matching: "):
        lines.append(process.stderr.readline())
    process.send_signal(signal.SIGINT)
    stopped = finish(process)
    assert stopped.code == ExitCode.INTERRUPTED, stopped
    assert "Traceback" not in stopped.err
    report = re.search(r"interrupted after ([\d,]+) of 4,000 photos", stopped.err)
    assert report, stopped.err
    n_kept = int(report[1].replace(",", ""))
    rows = _read_csv(out)
    assert 0 < n_kept < 4000
    assert len({row["photo"] for row in rows}) == n_kept
    assert len(rows) == 5 * n_kept  # whole photos only


def test_the_second_ctrl_c_interrupts_at_once() -> None:
    previous = signal.getsignal(signal.SIGINT)
    with defer_interrupt() as was_interrupted:
        assert not was_interrupted()
        signal.raise_signal(signal.SIGINT)
        assert was_interrupted()
        with pytest.raises(KeyboardInterrupt, match=r"^$"):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is previous


def test_a_terminal_gets_a_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with show_count_progress("matching", 4, "photos") as progress:
        progress(2)
    assert "2/4" in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", capsys.readouterr().err)


def test_an_uncalibrated_encoder_comes_with_a_warning(indexed_cli: CliRunner) -> None:
    outcome = indexed_cli("match", "photos/1.png")
    assert "were not calibrated with fake: go by rank" in outcome.err
