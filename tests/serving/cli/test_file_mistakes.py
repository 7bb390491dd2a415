"""Files as a new user writes them: each mistake is one line at the command line, all at once."""

from dataclasses import dataclass

import pytest

from shopwindow.serving.cli import ExitCode
from tests.serving.cli.conftest import CliRunner, shopwindow, write_feed


@dataclass(frozen=True)
class Mistake:
    """A file with mistakes, and a part of each line that is printed, in order."""

    content: str | bytes
    lines: tuple[str, ...]


IN_EID = 'error: rules.toml: rule "Eid"'.replace('"', "'")
RULE = '[[rule]]\nname = "Eid"\n'
RULES = {
    "typo in a key": Mistake(
        RULE + 'hide = "a"\nqeury = "abaya"',
        (f"{IN_EID}: `qeury` is not known; did you mean `query`?",),
    ),
    "unknown filter": Mistake(
        RULE + 'hide = { colour = "red", brnad = "Oudelle" }',
        (
            f"{IN_EID}: `hide.colour` is not known; known are ids, brand,",
            f"{IN_EID}: `hide.brnad` is not known; did you mean `brand`?",
        ),
    ),
    "wrong types": Mistake(
        RULE + 'pin = 5\nplace = "first"\ncategory = ["Dresses"]',
        (
            f"{IN_EID}: `category`: expected a text in quotation marks, got ['Dresses']",
            f"{IN_EID}: `pin`: expected texts in quotation marks between [ and ], got 5",
            f"{IN_EID}: `place`: expected a whole number from 1 to 500, without quotation marks, "
            "got 'first'",
        ),
    ),
    "wrong dates": Mistake(
        RULE + 'hide = "a"\nfrom = "01/03/2026"\nuntil = 2026-04-01',
        (
            f"{IN_EID}: `from`: expected a time with a zone, such as 2026-03-01T00:00:00+04:00, "
            "without quotation marks, got '01/03/2026'",
            f"{IN_EID}: `until`: expected a time with a zone, such as 2026-03-01T00:00:00+04:00, "
            "without quotation marks, got 2026-04-01",
        ),
    ),
    "no such date": Mistake(RULE + "until = 2026-02-30T00:00:00Z", ("it is not TOML: ",)),
    "ends before it starts": Mistake(
        RULE + 'hide = "a"\nfrom = 2026-04-01T00:00:00Z\nuntil = 2026-03-01T00:00:00Z',
        (
            f"{IN_EID}: `until`: expected a time after `from` (2026-04-01T00:00:00+00:00), "
            "got 2026-03-01T00:00:00+00:00",
        ),
    ),
    "negative weight": Mistake(
        RULE + 'boost = "a"\nby = -0.5',
        (f"{IN_EID}: `by`: expected a number above 0, at most 1, got -0.5",),
    ),
    "empty ids": Mistake(
        RULE + 'pin = ["a", ""]',
        (f"{IN_EID}: `pin` (item 2): expected a text that is not empty, got ''",),
    ),
    "no ids": Mistake(
        RULE + "hide = []", (f"{IN_EID}: `hide`: expected at least one, got []. Write",)
    ),
    "nothing at all": Mistake(
        "[[rule]]\n",
        (
            "rule 1 (without a name): `name` is missing; expected a text in quotation marks",
            "rule 1 (without a name): expected exactly one of pin, boost, bury, hide, redirect,",
        ),
    ),
    "repeated names": Mistake(
        f'{RULE}hide = "a"\n{RULE}hide = "b"\n',
        ("rules.toml: 2 rules are called 'Eid'; give each its own name",),
    ),
    "mistakes of every sort": Mistake(
        f'{RULE}hide = "a"\npin = "b"\nmatch = "exact"\n{RULE}pin = "c"\nby = 0.5\nplace = -1\n',
        (
            f"{IN_EID}: `place`: expected a whole number from 1 to 500, got -1",
            f"{IN_EID}: `match` says how `query` is compared, and there is none",
            f"{IN_EID}: expected exactly one of pin, boost, bury, hide, redirect, synonyms, "
            "got pin and hide; make a rule of each",
            f"{IN_EID}: `by` belongs to boost or bury, not to pin",
            "rules.toml: 2 rules are called 'Eid'",
        ),
    ),
    "one bracket": Mistake(
        '[rule]\nname = "Eid"\n', ("`rule`: expected [[rule]], with two brackets, above each rule",)
    ),
    "arabic digits": Mistake(
        RULE + 'boost = "a"\nby = ٠.٥',
        (
            "it is not TOML: Invalid value (at line 4, column 6). "
            "Write numbers in the digits 0 to 9.",
        ),
    ),
    "arabic digits in a text": Mistake(
        RULE + 'boost = "a"\nby = "٠٫٥"',
        (
            f"{IN_EID}: `by`: expected a number above 0, at most 1, in the digits 0 to 9, without "
            "quotation marks, got '٠٫٥'",
        ),
    ),
    "not TOML": Mistake("name: Eid\nhide: a\n", ("rules.toml: it is not TOML: ",)),
    "curly quotation marks": Mistake("[[rule]]\nname = “Eid”", ("quotation marks straight",)),
    "another encoding": Mistake(
        (RULE + 'query = "عباية"').encode("cp1256"), ("it is not UTF-8; save it as UTF-8 text",)
    ),
    "a workbook": Mistake(b"PK\x03\x04\xff\xfe", ("it is not UTF-8",)),
}


@pytest.mark.parametrize("mistake", RULES.values(), ids=RULES)
def test_mistakes_in_rules_are_all_reported(cli: CliRunner, mistake: Mistake) -> None:
    content = mistake.content
    data = content.encode() if isinstance(content, str) else content
    (cli.folder / "rules.toml").write_bytes(data)
    done = cli("rules", "rules.toml")
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    lines = done.err.splitlines()
    assert len(lines) == len(mistake.lines), done.err
    for line, expected in zip(lines, mistake.lines, strict=True):
        assert line.startswith("error: rules.toml: ")
        assert expected in line


def test_mistakes_in_a_mapping_are_all_reported(cli: CliRunner) -> None:
    write_feed(cli.folder / "feed.csv", 2)
    mapping = '[columns]\ntitel = "Name"\nprice = 5\n[default]\ncurrency = "AED"\n'
    (cli.folder / "feed.toml").write_text(mapping, encoding="utf-8")
    done = cli("index", "feed.csv", "--mapping", "feed.toml")
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert sorted(done.err.splitlines()) == [
        "error: feed.toml: `columns.price`: expected a text in quotation marks, got 5",
        "error: feed.toml: `columns.titel` is not known; did you mean `title`?",
        "error: feed.toml: `default` is not known; did you mean `defaults`?",
    ]
    assert not (cli.folder / "var" / "index").exists()


def test_mistakes_in_weights_synonyms_and_settings_are_all_reported(
    indexed_cli: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = indexed_cli.folder
    (folder / "weights.toml").write_text("[query]\npersnal = 1\nfreshness = -1\n", encoding="utf-8")
    monkeypatch.setenv("SHOPWINDOW_SEARCH__WEIGHTS_FILE", "weights.toml")
    weights = indexed_cli("search", "red")
    assert weights.code == ExitCode.USAGE
    assert sorted(weights.err.splitlines()) == [
        "error: weights.toml: query.freshness: expected a number of 0 or more, got -1",
        "error: weights.toml: query.persnal: expected one of popularity, freshness, "
        "freshness_half_life_days, out_of_stock_penalty, seller_diversity_penalty, personal, "
        "got 'persnal'. Did you mean `personal`?",
    ]
    monkeypatch.delenv("SHOPWINDOW_SEARCH__WEIGHTS_FILE")
    (folder / "own.txt").write_text("frock\nدلة\n", encoding="utf-8")
    monkeypatch.setenv("SHOPWINDOW_SEARCH__SYNONYMS_FILE", "own.txt")
    synonyms = indexed_cli("search", "red")
    assert (synonyms.code, len(synonyms.err.splitlines())) == (ExitCode.USAGE, 2)
    monkeypatch.setenv("SHOPWINDOW_SERVER__PROT", "80")
    monkeypatch.setenv("SHOPWINDOW_SEARCH__DIVERSITY", "2")
    settings = indexed_cli("search", "red")
    assert (settings.code, settings.err.splitlines()) == (
        ExitCode.USAGE,
        [
            "error: SHOPWINDOW_SERVER__PROT: expected the name SHOPWINDOW_SERVER__PORT, got 'prot'",
            "error: SHOPWINDOW_SEARCH__DIVERSITY: expected a number from 0 to 1, got '2'",
        ],
    )


def test_the_real_command_prints_no_traceback(cli: CliRunner) -> None:
    (cli.folder / "rules.toml").write_text("[[rule]]\nhide = { brnd = 5 }\n", encoding="utf-8")
    done = shopwindow(cli.folder, "rules", "rules.toml")
    assert (done.code, done.out) == (ExitCode.USAGE, "")
    assert "Traceback" not in done.err
    assert len(done.err.splitlines()) == 2
