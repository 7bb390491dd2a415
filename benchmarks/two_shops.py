"""Two merchants in one index, with words of their own that must not show through to the other."""

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
"""Words of both merchants."""

_NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
_COLOURS = ((200, 30, 30), (30, 30, 200), (30, 160, 30))


@dataclass(frozen=True, slots=True)
class Shop:
    """One merchant by its own words; those of two shops are a letter apart, or nothing alike.

    Attributes:
        merchant_id: Its id.
        prefix: Its products' ids begin so.
        brand: Its brand.
        colour: Value of the attribute color.
        category: Its category, in a form that queries do not use.
        series: A word of every title.
        maker: A word of every second title that is like none of the other shop's.
        fabric: Value of the attribute material.
        told: A word of descriptions alone.
        arabic: A word of Arabic titles.
        n_products: How many it has.
    """

    merchant_id: str
    prefix: str
    brand: str
    colour: str
    category: str
    series: str
    maker: str
    fabric: str
    told: str
    arabic: str
    n_products: int

    @property
    def secrets(self) -> tuple[str, ...]:
        """What nobody else may be told, in small letters."""
        words = (self.brand, self.colour, self.category, self.series, self.maker, self.fabric)
        return tuple(
            each.casefold()
            for each in (*words, self.told, self.arabic, self.merchant_id, self.prefix)
        )

    @property
    def filters(self) -> Filters:
        """What a search of this shop alone is filtered by."""
        return Filters(merchant_id=self.merchant_id)

    def leaked(self, text: str) -> list[str]:
        """Return which of its secrets a text has."""
        small = text.casefold()
        return [each for each in self.secrets if each in small]


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
    """Return a shop's products, their photos written to a folder; those of two shops look alike."""
    return [_product(shop, number, folder) for number in range(shop.n_products)]


def _product(shop: Shop, number: int, folder: Path) -> Product:
    photo = folder / f"{number}.png"
    Image.new("RGB", (40 + number, 50), _COLOURS[number % 3]).save(photo)
    kind = KINDS[number % len(KINDS)]
    maker = shop.maker if number % 2 else ""
    title = "Plain lamp" if number == 0 else f"{shop.series} {maker} {kind} {number}"
    return Product(
        f"{shop.prefix}{number:03d}",
        " ".join(title.split()),
        description=f"A {kind}, {shop.told}.",
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


def rules_of(shop: Shop) -> list[Rule]:
    """Return rules about a shop's products, some of which do not say whose they are."""
    brand, own = shop.brand, RuleScope(merchant=shop.merchant_id)
    first, second = f"{shop.prefix}001", f"{shop.prefix}002"
    colour = Selection(filters=Filters(attributes={"color": shop.colour}, price_min=120))
    return [
        Rule(f"pin {shop.category}", Pin((first,))),
        Rule(f"more {brand}", Boost(Selection(filters=Filters(brand=brand)))),
        Rule(f"less {shop.series}", Bury(Selection((second,)))),
        Rule(f"no {shop.colour}", Hide(colour)),
        Rule(f"page of {brand}", Redirect(f"/{brand.casefold()}"), own),
        Rule(f"words of {brand}", Synonyms((("lamp", shop.maker),)), own),
    ]


def rule_book() -> RuleSet:
    """Return the rules about both shops."""
    return RuleSet([rule for shop in SHOPS for rule in rules_of(shop)])


def events() -> Iterator[Event]:
    """Yield what visitors did: with products of both shops, and with both together."""
    for n in range(20):
        at = _NOON + timedelta(days=3 * n)
        for minute, each in enumerate(("zka001", "zkb003", "zkb001", "zka002", "zkb002")):
            when = at + timedelta(minutes=minute)
            for kind in ("click", "purchase") if minute < 2 + n % 3 else ("click",):
                yield Event(kind, each, user_id=f"buyer-{n}", time=when)
    for minute, each in enumerate(("zkb001", "zka001", "zkb004", "zka004")):
        yield Event("click", each, user_id="vera", time=_NOON + timedelta(minutes=minute))


def begun_words(shop: Shop) -> Iterator[str]:
    """Yield beginnings of a shop's words, as somebody types who tries them out."""
    for word in (*shop.secrets, *KINDS):
        yield from (word[:n] for n in range(1, min(len(word), 6)))


def slips(shop: Shop) -> tuple[str, ...]:
    """Return queries near a shop's words that do not have them: slips, and other forms."""
    stem = shop.category.casefold().removesuffix("s").removesuffix("e")
    nearly = (shop.brand, shop.colour, shop.series, shop.maker, shop.fabric, shop.arabic)
    return (*(f"{each[:-1]}q" for each in nearly), f"{stem}ed", f"lamp {shop.maker[:-1]}q")
