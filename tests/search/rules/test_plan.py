"""Which rules are active for a search: text, category, merchant, time."""

from datetime import UTC, datetime, timedelta

import pytest

from search.rules import Boost, Hide, Pin, Redirect, Rule, RuleScope, RuleSet, Selection, Synonyms
from search.rules.rule_matcher import build_stem_forms
from shopwindow.values import Filters

NOW = datetime(2026, 3, 10, tzinfo=UTC)
NONE = Filters()
PIN = Pin(("sku-1",))


def is_active(
    scope: RuleScope, text: str = "", filters: Filters = NONE, at: datetime = NOW
) -> bool:
    return bool(RuleSet((Rule("r", PIN, scope),)).plan(text, filters, at))


@pytest.mark.parametrize(
    ("text", "match", "query", "expected"),
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
def test_texts_are_compared_by_their_stems(
    text: str, match: str, query: str, expected: bool
) -> None:
    scope = RuleScope(query=("another text", text), match=match)  # type: ignore[arg-type]
    assert is_active(scope, query) is expected


def test_hyphenated_words_have_split_and_joined_forms() -> None:
    assert build_stem_forms("T-shirt T-shirt red 10-20") == (
        ("t", "shirt", "t", "shirt", "red", "10", "20"),
        ("tshirt", "tshirt", "red", "10", "20"),
    )
    assert build_stem_forms("256 GB x") == (("256", "gb", "x"), ("256gb", "x"))


@pytest.mark.parametrize(
    ("category", "filtered", "expected"),
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
def test_a_category_matches_itself_and_its_descendants(
    category: str, filtered: str, expected: bool
) -> None:
    assert is_active(RuleScope(category=category), filters=Filters(category=filtered)) is expected


def test_the_start_is_inclusive_and_the_end_exclusive() -> None:
    scope = RuleScope(start=NOW, until=NOW + timedelta(days=1))
    moments = [NOW - timedelta(seconds=1), NOW, NOW + timedelta(hours=23), NOW + timedelta(days=1)]
    assert [is_active(scope, at=moment) for moment in moments] == [False, True, True, False]
    assert [scope.get_status(moment) for moment in moments] == [
        "scheduled",
        "active",
        "active",
        "expired",
    ]


@pytest.mark.parametrize(
    ("merchants", "has_product_rules", "has_redirect"),
    [((), True, False), ("m1", True, True), ("m2", False, False), (("m1", "m2"), True, False)],
)
def test_a_merchants_rules_are_active_only_for_its_products(
    merchants: str | tuple[str, ...], has_product_rules: bool, has_redirect: bool
) -> None:
    scope = RuleScope(merchant="m1")
    rule_set = RuleSet(
        (
            Rule("pin", PIN, scope),
            Rule("go", Redirect("/x"), scope),
            Rule("words", Synonyms((("a", "b"),)), scope),
        )
    )
    plan = rule_set.plan("x", Filters(merchant_id=merchants), NOW)
    assert bool(plan.pins) is plan.has_product_rules is has_product_rules
    assert (plan.redirect is not None) is bool(plan.synonyms) is has_redirect


def test_the_more_specific_rule_comes_first_then_the_earlier() -> None:
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
    assert [rule.name for rule in plan.redirects] == list(plan.rule_names)


def test_a_plan_has_all_actions_and_is_false_without_rules() -> None:
    selection = Selection(("a",))
    rules = (
        Rule("hide", Hide(selection)),
        Rule("boost", Boost(selection)),
        Rule("words", Synonyms((("a", "b"), ("c", "d"))), RuleScope(("mug",))),
    )
    rule_set = RuleSet(rules)
    plan = rule_set.plan("mugs", NONE, NOW)
    assert plan
    assert ([rule.name for rule in plan.hides], [rule.name for rule in plan.boosts]) == (
        ["hide"],
        ["boost"],
    )
    assert plan.synonyms == (("a", "b"), ("c", "d"))
    assert rule_set.plan("dress", NONE, NOW).synonyms == ()
    assert not RuleSet.empty().plan("mug", NONE, NOW)
    assert not RuleSet(rules[2:]).plan("dress", NONE, NOW)


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("red dress", "red dress", True),
        ("red dress", "red", False),
        ("red dress", "a long red dress", True),
        ("red", "dress red", True),
        ("dress", "red dress long", True),
    ],
)
def test_a_phrase_is_found_at_both_ends_and_in_between(
    text: str, query: str, expected: bool
) -> None:
    assert is_active(RuleScope((text,)), query) is expected
