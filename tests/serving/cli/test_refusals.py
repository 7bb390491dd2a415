"""Bad input and failures: one line, an exit code, and the traceback in the log."""

import re
from pathlib import Path

import pytest

from shopwindow.serving.cli import ExitCode
from shopwindow.serving.cli.log_file import get_log_path
from shopwindow.serving.cli.main import to_exit_code
from shopwindow.values import errors
from tests.serving.cli.conftest import CliRunner, write_feed

USAGE, FAILED = ExitCode.USAGE, ExitCode.FAILED

LONE_SURROGATE = "red \udced dress"
"""What Python makes of an argument with a byte that is not UTF-8."""

ESCAPED = r"red \\udced dress"

REFUSED = (
    (("search", "red"), FAILED, "there is no index at var/index.*`shopwindow index FEED`"),
    (("info",), FAILED, "there is no index at var/index"),
    (("similar", "x", "--limit", "501"), USAGE, "limit: expected 1 to 500, got 501"),
    (("index",), USAGE, "Missing argument 'FEED'"),
    (("index", "columns.csv"), USAGE, "columns.csv: "),
    (("index", "feed.csv", "--format", "xls"), USAGE, "no format 'xls'"),
    (("index", "feed.csv", "--currency", "coins"), USAGE, "'coins' is no ISO 4217 code"),
    (("index", "feed.csv", "--rejects", "feed.csv"), USAGE, "over the feed itself"),
    (("index", "feed.csv", "--rejects", "columns.csv"), USAGE, "not a file of rejected rows"),
    (("--index", "photos", "index", "feed.csv"), FAILED, "photos holds other things"),
    (("--index", "feed.csv", "index", "feed.csv"), FAILED, "feed.csv is a file"),
    (("--encoder", "compct", "search", "x"), USAGE, "'compct'.*Did you mean 'compact'"),
    (("search", "--attribute", "red"), USAGE, "--attribute: expected NAME=VALUE.*got 'red'"),
    (("search", "x", "--sort", "cheap"), USAGE, "sort: expected one of relevance.*got 'cheap'"),
    (("search", "x", "--diversity", "2"), USAGE, "diversity: expected a number from 0 to 1"),
    (("search", "x", "--image-weight", "-1"), USAGE, "image_weight: expected a number from 0 to"),
    (("search", "--image", "a", "--crop", "1,2,3"), USAGE, "--crop: expected LEFT,TOP,RIGHT,BOT"),
    (("search", "--image", "a", "--crop", "0,0,2,1"), USAGE, "crop: expected left, top, right"),
    (("search", "x", "--crop", "0,0,1,1"), USAGE, r"--crop: expected one for each --image \(0\)"),
    (
        ("search", *("--image", "a") * 3, *("--crop", "0,0,1,1") * 2),
        USAGE,
        r"--crop: expected one for each --image \(3\)",
    ),
    (("search", "--price-min", "9", "--price-max", "1"), USAGE, "price_max: expected at least"),
    (
        ("search", LONE_SURROGATE),
        USAGE,
        rf"text: expected a text in valid Unicode, got '{ESCAPED}'\. It has",
    ),
    (("search", "x", "--brand", LONE_SURROGATE), USAGE, "brand: expected a text in valid Unicode"),
    (
        ("search", "x", "--category", LONE_SURROGATE),
        USAGE,
        "category: expected a text in valid Unicode",
    ),
    (
        ("search", "x", "--merchant", LONE_SURROGATE),
        USAGE,
        "merchant_id: expected a text in valid Unicode",
    ),
    (
        ("search", "x", "--attribute", f"a={LONE_SURROGATE}"),
        USAGE,
        "attributes: expected a text in valid",
    ),
    (
        ("search", "x", "--attribute", LONE_SURROGATE),
        USAGE,
        f"--attribute: expected .*, got '{ESCAPED}'",
    ),
    (
        ("search", "x", "--not-like", LONE_SURROGATE),
        USAGE,
        "negative_examples: expected a text in valid",
    ),
    (
        ("search", "x", "--cursor", LONE_SURROGATE),
        USAGE,
        "cursor: expected a text in valid Unicode",
    ),
    (
        ("search", "x", "--sort", LONE_SURROGATE),
        USAGE,
        f"sort: expected one of .*, got '{ESCAPED}'",
    ),
    (("search", "x", "--price-max", "1e400"), USAGE, "price_max: expected a number of zero"),
    (("search", "x", "--price-max", "nan"), USAGE, "price_max: expected a number of zero"),
    (("search", "x", "--merchant", ""), USAGE, "merchant_id: expected ids that are not empty"),
    (("recommend", "--merchant", ""), USAGE, "merchant_id: expected ids that are not empty"),
    (("recommend", LONE_SURROGATE), USAGE, "user_id: expected a text in valid Unicode"),
    (("complements", "x", "--merchant", ""), USAGE, "merchant_id: expected ids that are not"),
    (("match", "photos", "--merchant", ""), USAGE, "merchant_id: expected ids that are not empty"),
    (("rules", "r.toml", "--merchant", ""), USAGE, "merchant_id: expected ids that are not empty"),
    (("rules", "r.toml", LONE_SURROGATE), USAGE, "text: expected a text in valid Unicode"),
    (("search", "--encoder", "fake"), USAGE, "stands before the command: `shopwindow --encoder"),
    (("serch", "x"), USAGE, r"No such command 'serch'. Did you mean .*\? See"),
    (("serve", "--port", "70000"), USAGE, "Invalid value for '--port'"),
    (("demo", "--feed", "none.csv"), USAGE, "none.csv: there is no such file"),
)


@pytest.fixture
def feed(cli: CliRunner) -> Path:
    (cli.folder / "columns.csv").write_text("shade,weight\nred,3\n", encoding="utf-8")
    return write_feed(cli.folder / "feed.csv", 2)


@pytest.mark.usefixtures("feed")
@pytest.mark.parametrize(("arguments", "code", "message"), REFUSED)
def test_bad_input_is_one_line_and_a_code(
    cli: CliRunner, arguments: tuple[str, ...], code: ExitCode, message: str
) -> None:
    before = sorted(path.name for path in cli.folder.iterdir())
    refused = cli(*arguments)
    assert refused.code == code
    assert re.search(message, refused.err), refused.err
    assert [line[:7] for line in refused.err.splitlines()] == ["error: "]
    created = {path.name for path in cli.folder.iterdir()} - set(before)
    assert created <= {"state"}  # the log; no index was created


@pytest.mark.parametrize(
    ("name", "value"),
    [("SHOPWINDOW_SERVER__PORT", "high"), ("SHOPWINDOW_SEVER__PORT", "1")],
)
def test_an_invalid_setting_is_named_and_help_still_works(
    cli: CliRunner, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    refused = cli("info")
    assert (refused.code, refused.out) == (USAGE, "")
    assert refused.err.startswith(f"error: {name}: expected ")
    assert cli("info", "--help").code == 0


def test_an_unexpected_error_is_one_line_and_its_traceback_is_in_the_log(cli: CliRunner) -> None:
    write_feed(cli.folder / "feed.csv", 2)
    assert cli("index", "feed.csv").code == 0
    cli.fails_with = ZeroDivisionError("no page today")
    broken = cli("serve")
    assert broken.code == ExitCode.UNEXPECTED
    *_, line = broken.err.splitlines()
    assert line.startswith("unexpected error: ZeroDivisionError: no page today. Run with --debug")
    assert str(get_log_path()) in line
    assert "Traceback" not in broken.err
    logged = get_log_path().read_text(encoding="utf-8")
    assert "Traceback (most recent call last)" in logged
    assert logged.count("ZeroDivisionError: no page today") == 1
    assert "Traceback" in cli("--debug", "serve").err


def test_ctrl_c_while_the_page_is_open_is_130(cli: CliRunner) -> None:
    write_feed(cli.folder / "feed.csv", 2)
    cli("index", "feed.csv")
    cli.fails_with = KeyboardInterrupt()
    assert cli("serve").code == ExitCode.INTERRUPTED


def test_a_log_that_cannot_be_written_hides_no_error(
    cli: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    (cli.folder / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(cli.folder / "file"))
    assert cli("index", "none.csv").err == "error: none.csv: there is no such file\n"


def test_every_error_has_an_exit_code() -> None:
    codes = {
        errors.InvalidQueryError("limit", "1", 0): USAGE,
        errors.InvalidSettingError("X", "1", 0): USAGE,
        errors.FeedError("f", "r"): USAGE,
        errors.RuleError(["r"], "f"): USAGE,
        errors.PhotoFetchError("f", "r"): USAGE,
        errors.UnknownEncoderError("n", ()): USAGE,
        errors.EncoderUnavailableError("n", "r"): FAILED,
        errors.IndexLockedError("l"): FAILED,
        errors.ProductNotFoundError("i"): FAILED,
        errors.VectorError("v"): FAILED,
        OSError("disk"): ExitCode.UNEXPECTED,
    }
    for error, code in codes.items():
        assert to_exit_code(error) == code, error
