"""A rules file: what it can say, and that all of its faults are reported at once."""

import pickle
from datetime import UTC, datetime
from pathlib import Path

import pytest

from search.rules import (
    Boost,
    Bury,
    Hide,
    Pin,
    Redirect,
    Rule,
    RuleScope,
    RuleSet,
    Selection,
    Synonyms,
    read_rules,
)
from shopwindow.values import Filters
from shopwindow.values.errors import RuleError

SAMPLE = Path(__file__).resolve().parents[3] / "data_samples" / "rules.toml"
RULES_FILE = """
[[rule]]
name = "Eid abayas first"
query = ["abaya", "عباية"]
match = "words"
category = "Fashion > Women"
merchant = "souk-1"
from = 2026-03-01T00:00:00+04:00
until = 2026-04-01T00:00:00Z
pin = ["sku-1", "sku-2"]
place = 3

[[rule]]
name = "عطور"
query = "عطر"
boost = { brand = ["Oudelle"], price_min = 10, price_max = 99.5, in_stock = true, \
attributes = { color = "red", size = ["S", "M"] }, created_since = 2026-01-01T00:00:00Z }
by = 0.5

[[rule]]
name = "last"
bury = { ids = ["sku-3"], category = "Mugs", group_id = "g" }

[[rule]]
name = "gone"
hide = "sku-4"

[[rule]]
name = "help"
redirect = "https://shop.example/eid?x=1"

[[rule]]
name = "words"
synonyms = [["abaya", "عباية", "burqa dress"], ["dallah", "دلة"]]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_can_say_what_python_can(tmp_path: Path) -> None:
    perfumes = Filters(
        brand=("Oudelle",),
        price_min=10,
        price_max=99.5,
        in_stock=True,
        attributes={"color": ("red",), "size": ("S", "M")},
        created_since=datetime(2026, 1, 1, tzinfo=UTC),
    )
    eid = RuleScope(
        query=("abaya", "عباية"),
        match="words",
        category="Fashion > Women",
        merchant="souk-1",
        start=datetime.fromisoformat("2026-03-01T00:00:00+04:00"),
        until=datetime(2026, 4, 1, tzinfo=UTC),
    )
    assert read_rules(write(tmp_path, RULES_FILE)).rules == (
        Rule("Eid abayas first", Pin(("sku-1", "sku-2"), 3), eid),
        Rule("عطور", Boost(Selection(filters=perfumes), 0.5), RuleScope(("عطر",))),
        Rule("last", Bury(Selection(("sku-3",), Filters(category="Mugs", group_id="g")), 1.0)),
        Rule("gone", Hide(Selection(("sku-4",)))),
        Rule("help", Redirect("https://shop.example/eid?x=1")),
        Rule("words", Synonyms((("abaya", "عباية", "burqa dress"), ("dallah", "دلة")))),
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "rule = []\n"])
def test_a_file_without_rules_is_an_empty_rule_set(tmp_path: Path, text: str) -> None:
    assert read_rules(write(tmp_path, text)).rules == RuleSet.empty().rules == ()


def test_windows_line_endings_and_byte_order_marks_are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_bytes(b"\xef\xbb\xbf" + RULES_FILE.replace("\n", "\r\n").encode())
    assert len(read_rules(path)) == 6


INVALID_RULES = {
    "unknown key": ('querry = "x"\nhide = "a"', "`querry` is not known; did you mean `query`?"),
    "far key": ('xyz = 1\nhide = "a"', "`xyz` is not known; known are name, query"),
    "two actions": ('pin = "a"\nhide = "a"', "exactly one of .*, got pin and hide; make a rule"),
    "no action": ('query = "x"', "expected exactly one of pin, .*, got none"),
    "bare time": ('hide = "a"\nfrom = 2026-03-01T00:00:00', "`from`: expected a time with a zone"),
    "bare date": ('hide = "a"\nuntil = 2026-03-01', "`until`: .* a zone, .* got 2026-03-01"),
    "text time": ('hide = "a"\nfrom = "2026-03-01T00:00:00Z"', "`from`: .*without quotation marks"),
    "end first": (
        'hide = "a"\nfrom = 2026-03-01T00:00:00Z\nuntil = 2026-03-01T04:00:00+04:00',
        "`until`: expected a time after `from`",
    ),
    "no ids": ("pin = []", r"`pin`: expected at least one, got \[\]. Write one or more"),
    "no texts": ('query = []\nhide = "a"', r"`query`: expected at least one, got \[\]"),
    "empty text": (
        'query = ["x", " "]\nhide = "a"',
        r"`query` \(item 2\): expected a text that is not empty, got ''",
    ),
    "no word": (
        'query = "!!"\nhide = "a"',
        r"`query` \(item 1\): expected a text with a word or number in it, got '!!'",
    ),
    "twice": ('pin = ["a", "b", "a"]', "`pin`: .*. 'a' is in the list more than once; remove one"),
    "number id": ("pin = [12]", r"`pin` \(item 1\): expected a text in quotation marks, got 12"),
    "match": ('query = "x"\nmatch = "fuzzy"\nhide = "a"', "`match`: expected one of phrase, words"),
    "match alone": ('match = "exact"\nhide = "a"', "`match` says how `query` is compared"),
    "script": ('redirect = "javascript:alert(1)"', "`redirect`: expected an http"),
    "other host": ('redirect = "//evil.example/x"', "`redirect`: expected an http"),
    "backslash": (r'redirect = "/\\evil.example"', "`redirect`: expected an http"),
    "no host": ('redirect = "https:///x"', "`redirect`: expected an http"),
    "half a host": ('redirect = "http://[::1"', "`redirect`: expected an http"),
    "blank": ('redirect = "/a b"', "`redirect`: expected an http"),
    "long address": (f'redirect = "/{"a" * 2001}"', "`redirect`: .* at most 2000 characters"),
    "number address": ("redirect = 5", "`redirect`: expected a text in quotation marks, got 5"),
    "by": ('boost = "a"\nby = 1.5', "`by`: expected a number above 0, at most 1, got 1.5"),
    "by zero": ('bury = "a"\nby = 0', "`by`: expected a number above 0, at most 1, got 0"),
    "by text": (
        'boost = "a"\nby = "much"',
        "`by`: expected a number above 0, at most 1, without quotation marks, got 'much'",
    ),
    "by of pin": ('pin = "a"\nby = 0.5', "`by` belongs to boost or bury, not to pin"),
    "place of hide": ('hide = "a"\nplace = 2', "`place` belongs to pin, not to hide"),
    "place": ('pin = "a"\nplace = 0', "`place`: expected a whole number from 1 to 500, got 0"),
    "half place": ('pin = "a"\nplace = 1.5', "`place`: expected a whole number"),
    "nothing selected": ("hide = {}", "no product is selected"),
    "condition": ('hide = { brnd = "x" }', "`hide.brnd` is not known; did you mean `brand`?"),
    "stock": ('hide = { in_stock = "yes" }', "`hide.in_stock`: expected true or false"),
    "price": ('hide = { price_min = "9" }', "`hide.price_min`: expected a number"),
    "prices": ("hide = { price_min = 9, price_max = 3 }", "`hide.price_max`: expected at least"),
    "no prices": (
        "hide = { price_min = -1 }",
        "`hide.price_min`: expected a number of 0 or more, got -1",
    ),
    "attribute": (
        "hide = { attributes = {size = 5} }",
        "`hide.attributes.size`: expected texts .*, got 5",
    ),
    "attributes": ('hide = { attributes = "red" }', "`hide.attributes`: expected values by name"),
    "since": ("hide = { created_since = 2026-01-01 }", "`hide.created_since`: expected a time"),
    "one synonym": (
        'synonyms = [["abaya"]]',
        r"`synonyms` \(item 1\): expected two or more words, got \['abaya'\]",
    ),
    "flat synonyms": ('synonyms = ["abaya", "x"]', "`synonyms`: expected groups of words"),
    "no synonyms": ("synonyms = []", r"`synonyms`: expected at least one, got \[\]"),
}


@pytest.mark.parametrize(("lines", "message"), INVALID_RULES.values(), ids=INVALID_RULES)
def test_each_fault_is_reported_once(tmp_path: Path, lines: str, message: str) -> None:
    path = write(tmp_path, f'[[rule]]\nname = "A"\n{lines}\n')
    with pytest.raises(RuleError, match=message) as raised:
        read_rules(path)
    assert len(raised.value.problems) == 1, raised.value.problems
    assert str(raised.value).startswith(f"{path}: rule 'A': ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[rule]\n", "it is not TOML: .*line 1"),
        ("[[rule]]\nname = “A”\n", r'it is not TOML: .*line 2.*straight \("\)\?'),
        ('[rule]\nname = "A"\n', "with two brackets"),
        ('[[rules]]\nname = "A"\n', "`rules` is not known; did you mean `rule`?"),
        ('[[rule]]\nhide = "a"\n', r"rule 1 \(without a name\): `name` is missing"),
        ('[[rule]]\nname = 5\nhide = "a"\n', r"rule 1 \(without a name\): `name`: expected a text"),
    ],
)
def test_a_malformed_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RuleError, match=message):
        read_rules(write(tmp_path, text))


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"none\.toml: there is no such file"):
        read_rules(tmp_path / "none.toml")
    with pytest.raises(RuleError, match="cannot be read: "):
        read_rules(tmp_path)
    (tmp_path / "old.toml").write_bytes("name = 'عباية'".encode("cp1256"))
    with pytest.raises(RuleError, match="it is not UTF-8"):
        read_rules(tmp_path / "old.toml")


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    rules = [
        '[[rule]]\nname = "A"\nfrom = 2026-01-01\nby = 2\nboost = { brand = 5, in_stck = true }',
        '[[rule]]\nname = "B"\nhide = "a"',
        '[[rule]]\nname = "B"\nredirect = "eid"\nquery = "?"',
    ]
    with pytest.raises(RuleError, match="2 rules are called 'B'") as raised:
        read_rules(write(tmp_path, "\n".join(rules)))
    expected = [
        "`from`",
        "`by`",
        "`boost.brand`",
        "`boost.in_stck`",
        "`redirect`",
        "`query`",
        "'B'",
    ]
    assert len(raised.value.problems) == len(expected)
    for fragment in expected:
        assert any(fragment in problem for problem in raised.value.problems), fragment
    unpickled = pickle.loads(pickle.dumps(raised.value))
    assert (str(unpickled), unpickled.problems) == (str(raised.value), raised.value.problems)


def test_python_values_are_checked_alike() -> None:
    with pytest.raises(RuleError, match="two rules are called 'A'"):
        RuleSet((Rule("A", Pin(("a",))), Rule("A", Pin(("b",)))))
    with pytest.raises(RuleError, match="`query`: expected texts in a tuple, got 'abaya'"):
        RuleScope(query="abaya")  # type: ignore[arg-type]
    with pytest.raises(RuleError, match="a time with a zone"):
        RuleScope(start=datetime(2026, 1, 1))
    with pytest.raises(RuleError, match="`until`: expected a time after `from`"):
        RuleScope(start=datetime(2026, 2, 1, tzinfo=UTC), until=datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises(RuleError, match="no product is selected"):
        Selection()
    with pytest.raises(RuleError, match="`ids`: expected texts in a tuple"):
        Selection("sku")  # type: ignore[arg-type]
    with pytest.raises(RuleError, match="`name`: expected a text"):
        Rule(" ", Pin(("a",)))


def test_the_sample_rules_have_no_conflicts_and_existing_products() -> None:
    rule_set = read_rules(SAMPLE)
    assert len(rule_set) >= 6
    assert rule_set.find_conflicts() == ()
    lines = SAMPLE.with_name("catalog.csv").read_text(encoding="utf-8").splitlines()
    ids = {line.partition(",")[0] for line in lines}
    for rule in rule_set:
        if isinstance(rule.action, Pin | Boost | Bury | Hide):
            assert set(rule.action.selection.ids) <= ids, rule.name
