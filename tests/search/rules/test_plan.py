"""Which rules hold for a search: words, category, merchant, time."""

from datetime import UTC, datetime, timedelta

import pytest

from search.rules import Boost, Hide, Pin, Redirect, Rule, RuleScope, RuleSet, Selection, Synonyms
from search.rules.rule_matcher import build_stem_forms
from shopwindow.values import Filters

NOW = datetime(2026, 3, 10, tzinfo=UTC)
NONE = Filters()
PIN = Pin(("sku-1",))


def holds(scope: RuleScope, text: str = "", filters: Filters = NONE, at: datetime = NOW) -> bool:
    return bool(RuleSet((Rule("r", PIN, scope),)).plan(text, filters, at))


@pytest.mark.parametrize(
    ("wanted", "match", "asked", "expected"),
    [
        ("abaya", "phrase", "black Abayas", True),
        ("abaya", "phrase", "العبايات", False),
        ("عباية", "phrase", "العبايات السوداء", True),
        ("عبايات", "phrase", "عبايه", True),
        ("red dress", "phrase", "long red dresses", True),
        ("red dress", "phrase", "red long dress", False),
        ("red dress", "phrase", "dress red", False),
        ("red dress", "words", "dress, long and red", True),
        ("red dress", "words", "dress", False),
        ("red dress", "exact", "Red dresses!", True),
        ("red dress", "exact", "long red dress", False),
        ("red dress", "exact", "dress red", False),
        ("t-shirt", "phrase", "white t shirt", True),
        ("t-shirt", "phrase", "white tshirts", True),
        ("tshirt", "exact", "T-shirt", True),
        ("phone 256GB", "phrase", "phone 256 gb black", True),
        ("abaya", "phrase", "", False),
        ("abaya", "phrase", "!!", False),
    ],
)
def test_words_are_compared_by_their_stems(
    wanted: str, match: str, asked: str, expected: bool
) -> None:
    scope = RuleScope(query=("another text", wanted), match=match)  # type: ignore[arg-type]
    assert holds(scope, asked) is expected


def test_words_with_hyphens_are_read_in_both_ways() -> None:
    assert build_stem_forms("T-shirt T-shirt red 10-20") == (
        ("t", "shirt", "t", "shirt", "red", "10", "20"),
        ("tshirt", "tshirt", "red", "10", "20"),
    )
    assert build_stem_forms("256 GB x") == (("256", "gb", "x"), ("256gb", "x"))


@pytest.mark.parametrize(
    ("wanted", "asked", "expected"),
    [
        ("Dresses", "dresses", True),
        ("Dresses", "Clothing > Dresses", True),
        ("Dresses", "Clothing > Dresses > Maxi", True),
        ("Clothing > Dresses", "Dresses", True),
        ("Clothing > Dresses", "Clothing", False),
        ("Clothing", "Home > Mugs", False),
        ("Dresses", "", False),
        ("فساتين", "ملابس > فساتين", True),
    ],
)
def test_a_category_holds_for_itself_and_below(wanted: str, asked: str, expected: bool) -> None:
    assert holds(RuleScope(category=wanted), filters=Filters(category=asked)) is expected


def test_a_window_includes_its_beginning_and_not_its_end() -> None:
    scope = RuleScope(start=NOW, until=NOW + timedelta(days=1))
    moments = [NOW - timedelta(seconds=1), NOW, NOW + timedelta(hours=23), NOW + timedelta(days=1)]
    assert [holds(scope, at=each) for each in moments] == [False, True, True, False]
    assert [scope.get_status(each) for each in moments] == ["later", "now", "now", "over"]


@pytest.mark.parametrize(
    ("merchants", "moves", "redirects"),
    [((), True, False), ("m1", True, True), ("m2", False, False), (("m1", "m2"), True, False)],
)
def test_a_merchant_changes_only_its_own(
    merchants: str | tuple[str, ...], moves: bool, redirects: bool
) -> None:
    scope = RuleScope(merchant="m1")
    book = RuleSet(
        (
            Rule("pin", PIN, scope),
            Rule("go", Redirect("/x"), scope),
            Rule("words", Synonyms((("a", "b"),)), scope),
        )
    )
    plan = book.plan("x", Filters(merchant_id=merchants), NOW)
    assert bool(plan.pins) is plan.has_product_rules is moves
    assert (plan.redirect is not None) is bool(plan.synonyms) is redirects


def test_the_more_exact_comes_first_then_the_earlier() -> None:
    rules = (
        Rule("any", Redirect("/any")),
        Rule("words", Redirect("/words"), RuleScope(("red dress",), "words")),
        Rule("phrase", Redirect("/phrase"), RuleScope(("red",))),
        Rule("later", Redirect("/later"), RuleScope(("dress",))),
        Rule("exact", Redirect("/exact"), RuleScope(("red dress",), "exact")),
    )
    plan = RuleSet(rules).plan("red dress", NONE, NOW)
    assert plan.rule_names == ("exact", "phrase", "later", "words", "any")
    assert plan.redirect is not None
    assert (plan.redirect.name, plan.redirect.action.address) == ("exact", "/exact")
    assert [each.name for each in plan.redirects] == list(plan.rule_names)


def test_a_plan_holds_each_kind_and_is_false_without_rules() -> None:
    one = Selection(("a",))
    rules = (
        Rule("hide", Hide(one)),
        Rule("boost", Boost(one)),
        Rule("words", Synonyms((("a", "b"), ("c", "d"))), RuleScope(("mug",))),
    )
    book = RuleSet(rules)
    plan = book.plan("mugs", NONE, NOW)
    assert plan
    assert ([e.name for e in plan.hides], [e.name for e in plan.boosts]) == (["hide"], ["boost"])
    assert plan.synonyms == (("a", "b"), ("c", "d"))
    assert book.plan("dress", NONE, NOW).synonyms == ()
    assert not RuleSet.empty().plan("mug", NONE, NOW)
    assert not RuleSet(rules[2:]).plan("dress", NONE, NOW)
