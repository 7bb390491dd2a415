"""Two merchants in one index, each with secret words that must not leak to the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image

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
)
from shopwindow.values import Event, Filters, Product, Translation

KINDS = ("lamp", "vase", "chair", "rug")
"""Product types of both merchants."""

_FIRST_DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
_PHOTO_COLORS = ((200, 30, 30), (30, 30, 200), (30, 160, 30))


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant and its secret words; those of two shops differ by a letter, or completely.

    Attributes:
        merchant_id: Id of the merchant.
        prefix: Prefix of its product ids.
        brand: Its brand.
        colour: Value of the attribute color.
        category: Its category, in a form that queries do not use.
        series: A word in every title.
        maker: A word in every second title, unlike any word of the other shop.
        fabric: Value of the attribute material.
        description_word: A word in descriptions only.
        arabic: A word in Arabic titles.
        n_products: Number of its products.
    """

    merchant_id: str
    prefix: str
    brand: str
    colour: str
    category: str
    series: str
    maker: str
    fabric: str
    description_word: str
    arabic: str
    n_products: int

    @property
    def secrets(self) -> tuple[str, ...]:
        """The words that no response to another merchant may contain, in lower case."""
        words = (
            self.brand, self.colour, self.category, self.series, self.maker, self.fabric,
            self.description_word, self.arabic, self.merchant_id, self.prefix,
        )  # fmt: skip
        return tuple(word.casefold() for word in words)

    @property
    def filters(self) -> Filters:
        """Filters that restrict a search to this shop."""
        return Filters(merchant_id=self.merchant_id)

    def leaked(self, text: str) -> list[str]:
        """Return the shop's secrets that a text contains."""
        lower_case = text.casefold()
        return [secret for secret in self.secrets if secret in lower_case]


A = Shop(
    "merch-tavira", "zka", "Falkoren", "mirudane", "Quolbanders", "trevanic", "lumisorta",
    "pellarine", "ostrivando", "زرقمول", 18,
)  # fmt: skip
B = Shop(
    "merch-okelan", "zkb", "Falkorex", "mirudaxe", "Zirmadoxes", "trevaxil", "grombuvet",
    "pellaxire", "ubrixandi", "زرقموش", 20,
)  # fmt: skip
SHOPS = (A, B)


def products_of(shop: Shop, folder: Path) -> list[Product]:
    """Return a shop's products and write their photos, which are alike in both shops."""
    return [_build_product(shop, number, folder) for number in range(shop.n_products)]


def _build_product(shop: Shop, number: int, folder: Path) -> Product:
    photo = folder / f"{number}.png"
    Image.new("RGB", (40 + number, 50), _PHOTO_COLORS[number % 3]).save(photo)
    kind = KINDS[number % len(KINDS)]
    maker = shop.maker if number % 2 else ""
    title = "Plain lamp" if number == 0 else f"{shop.series} {maker} {kind} {number}"
    return Product(
        f"{shop.prefix}{number:03d}",
        " ".join(title.split()),
        description=f"A {kind}, {shop.description_word}.",
        translations={"ar": Translation(f"{shop.arabic} {number}", "")},
        price=10.0 + 7 * number,
        currency="AED",
        brand=shop.brand,
        category=("Home", shop.category if number % 3 else f"{kind}s"),
        attributes={"color": shop.colour, "material": shop.fabric},
        image=str(photo),
        merchant_id=shop.merchant_id,
        popularity=0.5,
        language="en",
    )


def _build_rules(shop: Shop) -> list[Rule]:
    """Return rules about a shop's products; some are scoped to the merchant, some are not."""
    brand, merchant_scope = shop.brand, RuleScope(merchant=shop.merchant_id)
    first, second = f"{shop.prefix}001", f"{shop.prefix}002"
    colour = Selection(filters=Filters(attributes={"color": shop.colour}, price_min=120))
    return [
        Rule(f"pin {shop.category}", Pin((first,))),
        Rule(f"more {brand}", Boost(Selection(filters=Filters(brand=brand)))),
        Rule(f"less {shop.series}", Bury(Selection((second,)))),
        Rule(f"no {shop.colour}", Hide(colour)),
        Rule(f"page of {brand}", Redirect(f"/{brand.casefold()}"), merchant_scope),
        Rule(f"words of {brand}", Synonyms((("lamp", shop.maker),)), merchant_scope),
    ]


def rule_book() -> RuleSet:
    """Return the rules of both shops."""
    return RuleSet([rule for shop in SHOPS for rule in _build_rules(shop)])


def events() -> Iterator[Event]:
    """Yield clicks and purchases of visitors who buy from both shops."""
    for n in range(20):
        start = _FIRST_DAY + timedelta(days=3 * n)
        for minute, product_id in enumerate(("zka001", "zkb003", "zkb001", "zka002", "zkb002")):
            time = start + timedelta(minutes=minute)
            for kind in ("click", "purchase") if minute < 2 + n % 3 else ("click",):
                yield Event(kind, product_id, user_id=f"buyer-{n}", time=time)
    for minute, product_id in enumerate(("zkb001", "zka001", "zkb004", "zka004")):
        time = _FIRST_DAY + timedelta(minutes=minute)
        yield Event("click", product_id, user_id="vera", time=time)


def begun_words(shop: Shop) -> Iterator[str]:
    """Yield the prefixes of up to five letters of a shop's words, as typed for suggestions."""
    for word in (*shop.secrets, *KINDS):
        yield from (word[:n] for n in range(1, min(len(word), 6)))


def slips(shop: Shop) -> tuple[str, ...]:
    """Return queries with misspelt or inflected forms of a shop's words."""
    stem = shop.category.casefold().removesuffix("s").removesuffix("e")
    words = (shop.brand, shop.colour, shop.series, shop.maker, shop.fabric, shop.arabic)
    return (*(f"{word[:-1]}q" for word in words), f"{stem}ed", f"lamp {shop.maker[:-1]}q")
