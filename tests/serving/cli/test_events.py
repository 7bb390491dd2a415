"""`shopwindow events`: import, export, erasure and counts."""

import json
from pathlib import Path

import pytest

from shopwindow.serving.cli import ExitCode
from tests.serving.cli.conftest import CliRunner, shopwindow

ROWS = """user,item,event,timestamp
u1,sku-1,view,1772353800
u1,sku-2,purchase,1772353900
u2,sku-3,stare,1772353900
زائر,sku-3,like,1772354000
"""


def write_events(folder: Path) -> None:
    (folder / "events.csv").write_text(ROWS, encoding="utf-8")


def test_the_real_command_imports_and_exports(tmp_path: Path) -> None:
    write_events(tmp_path)
    imported = shopwindow(tmp_path, "events", "import", "events.csv")
    assert (imported.code, imported.out) == (
        0,
        "3 events written, 0 duplicates, 1 rows rejected.\n",
    )
    assert imported.err.startswith("line 4: kind: expected one of impression, click")
    exported = shopwindow(tmp_path, "events", "export", "out.jsonl", "--user", "زائر")
    assert (exported.code, exported.out) == (0, "1 events written to out.jsonl.\n")
    row = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert (row["kind"], row["product_id"], row["user_id"]) == ("like", "sku-3", "زائر")
    assert (tmp_path / "var" / "events" / "events-000001.sqlite").exists()


def test_a_second_import_adds_nothing_and_erasure_is_counted(cli: CliRunner) -> None:
    write_events(cli.folder)
    cli("events", "import", "events.csv")
    again = cli("events", "import", "events.csv")
    assert again.out == "0 events written, 3 duplicates, 1 rows rejected.\n"
    assert cli("events", "count").out == "3 events.\n"
    assert cli("events", "erase", "u1").out == "2 events erased.\n"
    assert cli("events", "erase", "u1").out == "0 events erased.\n"
    assert cli("events", "count").out == "1 events.\n"
    assert cli("events", "export", "all.csv").code == ExitCode.OK
    assert "u1" not in (cli.folder / "all.csv").read_text(encoding="utf-8")


def test_a_file_of_rejected_rows_fails(cli: CliRunner) -> None:
    rows = "user,item,event,timestamp\n" + "u,i,stare,1772353800\n" * 7
    (cli.folder / "bad.csv").write_text(rows, encoding="utf-8")
    outcome = cli("events", "import", "bad.csv")
    assert outcome.code == ExitCode.FAILED
    assert outcome.out == "0 events written, 0 duplicates, 7 rows rejected.\n"
    assert outcome.err.splitlines()[-1] == "... and 2 more"


REFUSED = (
    (("count",), ExitCode.FAILED, "there is no event log at var/events. Set SHOPWINDOW_EVENTS"),
    (("erase", "u1"), ExitCode.FAILED, "there is no event log at var/events"),
    (("export", "a.csv"), ExitCode.FAILED, "there is no event log at var/events"),
    (("import", "no.csv"), ExitCode.USAGE, "no.csv: there is no such file"),
    (("import", "a.txt"), ExitCode.USAGE, "a.txt: a name that ends in .csv, .jsonl"),
    (("forget",), ExitCode.USAGE, "No such command 'forget'"),
)


@pytest.mark.parametrize(("arguments", "code", "message"), REFUSED)
def test_refusals(cli: CliRunner, arguments: tuple[str, ...], code: ExitCode, message: str) -> None:
    outcome = cli("events", *arguments)
    assert (outcome.code, outcome.out) == (code, "")
    assert message in outcome.err
    assert not (cli.folder / "a.csv").exists()
