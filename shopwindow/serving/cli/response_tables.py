"""A page of an answer, as a table for people and as JSON for programs."""

import json
import sys
from dataclasses import asdict
from typing import Any

from rich.table import Table
from rich.text import Text

from search.rules import RULES
from shopwindow.serving.cli.output import get_stdout_console, sanitize_line
from shopwindow.values.product import Product
from shopwindow.values.response import Hit, QueryInterpretation, SearchResponse

RELAXED_FILTER_LABELS = {"in_stock": "stock", "created_since": "date"}
"""Names of filters as people say them, where they differ."""


def choose_title(product: Product, text: str) -> str:
    """Return the title in the script of the query, if there is one; else the product's first.

    Args:
        product: The product.
        text: The query; empty for one by photo.
    """
    titles = [product.title, *(each.title for each in product.translations.values())]
    there = [title for title in titles if title.strip()]
    fitting = [title for title in there if _is_arabic(title) == _is_arabic(text)]
    best = fitting if text.strip() else []
    return next(iter([*best, *there]), "")


def response_to_json(page: SearchResponse, text: str) -> str:
    """Return a page as one JSON document.

    Args:
        page: The page.
        text: The query, whose script chooses the titles.

    Returns:
        An object with the keys hits, facets, facets_over, next_cursor, took_ms, query_id,
        readings, prices, relaxed, n_cut, is_sure, n_folded, rules and redirect.
    """
    document = {
        "hits": [_plain_hit(hit, text) for hit in page.hits],
        "facets": {name: dict(counts) for name, counts in page.facets.items()},
        "facet_scope": page.facet_scope,
        "next_cursor": page.next_cursor,
        "took_ms": dict(page.took_ms),
        "query_id": page.query_id,
        "interpretations": [asdict(reading) for reading in page.interpretations],
        "price_buckets": [asdict(each) for each in page.price_buckets],
        "relaxed_filters": list(page.relaxed),
        "n_below_cutoff": page.n_below_cutoff,
        "is_confident": page.is_confident,
        "n_collapsed": page.n_collapsed,
        "rules": list(page.rules),
        "redirect": page.redirect,
    }
    return json.dumps(document, ensure_ascii=not is_stdout_unicode(), indent=2)


def is_stdout_unicode() -> bool:
    """Return whether stdout can carry Arabic; where it cannot, JSON's own escapes can."""
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")


def show_response(
    page: SearchResponse, text: str, title: str = "", is_first_page: bool = True
) -> None:
    """Write a page as a table.

    Args:
        page: The page.
        text: The query, whose script chooses the titles.
        title: Stands above the table.
        is_first_page: Whether it is the first page; only its places can be compared with others.
    """
    console = get_stdout_console()
    if title:
        console.print(sanitize_line(title), style="bold", soft_wrap=True)
    for line in (*map(describe_interpretation, page.interpretations), *describe_processing(page)):
        console.print(sanitize_line(line), style="dim", soft_wrap=True)
    if not page.hits:
        console.print("No product matches.")
        return
    console.print(_table(page, text, is_first_page))


def describe_processing(page: SearchResponse) -> list[str]:
    """Return what was done to an answer beside finding it, one line for each thing."""
    lines = []
    if page.redirect:
        lines.append(f"a rule sends who searches this to {page.redirect}")
    if page.relaxed:
        given_up = ", ".join(RELAXED_FILTER_LABELS.get(name, name) for name in page.relaxed)
        lines.append(f"nothing passes all filters; given up: {given_up} (--no-relax keeps them)")
    if page.hits and not page.is_confident:
        lines.append("nothing is really what was asked for; these come nearest")
    if page.n_below_cutoff:
        lines.append(f"{page.n_below_cutoff:,} left out: too little to do with the query")
    if page.n_collapsed:
        lines.append(
            f"{page.n_collapsed:,} behind their variants or photos (--all-variants shows them)"
        )
    if page.rules:
        lines.append(f"rules in force: {', '.join(page.rules)}")
    return lines


def _table(page: SearchResponse, text: str, is_first: bool) -> Table:
    table = Table()
    table.add_column("place", justify="right")
    table.add_column("id", overflow="fold")
    table.add_column("title", ratio=3)
    table.add_column("price", justify="right", no_wrap=True)
    table.add_column("score", justify="right")
    table.add_column("why", ratio=2)
    for place, hit in enumerate(page.hits, start=1):
        cells = (
            place,
            hit.product.id,
            choose_title(hit.product, text),
            _price(hit.product),
            f"{hit.score:.3f}" if hit.contributions else "",
            explain_hit(hit, place if is_first else 0),
        )
        table.add_row(*(Text(sanitize_line(cell)) for cell in cells))
    return table


def describe_interpretation(reading: QueryInterpretation) -> str:
    """Return what was read out of the words, in one line."""
    match reading.kind:
        case "spelling":
            return f"searched for {reading.value!r} instead of {reading.text!r}"
        case "negation":
            return f"without {reading.value!r}"
        case _:
            effect = "only" if reading.is_filter else "first"
            if reading.kind == "price" and not reading.is_filter:
                effect = "nothing that matches has"
            return f"{effect} {reading.kind} {reading.value} ({reading.text!r})"


def _price(product: Product) -> str:
    return "" if product.price is None else f"{product.price:,.2f} {product.currency}".strip()


def explain_hit(hit: Hit, place: int) -> str:
    """Return what brought a hit to its place, in one line.

    Args:
        hit: The hit.
        place: Its place, from 1; 0 when it is not known.
    """
    parts = sorted(hit.contributions.items(), key=lambda item: (-item[1], item[0]))
    shown = [(name, f"{value:.3f}") for name, value in parts]
    told = [" + ".join(f"{n} {v}" for n, v in shown if v.strip("-0.") or len(shown) == 1)]
    if hit.matched_words:
        told.append(f"({', '.join(hit.matched_words)})")
    if hit.rules:
        told.append(f"{_moved(hit)} by {', '.join(repr(each) for each in hit.rules)}")
    if place and hit.retrieval_rank not in {0, place}:
        told.append(f"(was {hit.retrieval_rank})")
    return " ".join(each for each in told if each)


def _moved(hit: Hit) -> str:
    if RULES not in hit.contributions:
        return "pinned"
    return "boosted" if hit.contributions[RULES] > 0 else "buried"


def _plain_hit(hit: Hit, text: str) -> dict[str, Any]:
    return {
        "id": hit.product.id,
        "title": choose_title(hit.product, text),
        "score": hit.score,
        "contributions": dict(hit.contributions),
        "matched_words": list(hit.matched_words),
        "n_variants": hit.n_variants,
        "retrieval_rank": hit.retrieval_rank,
        "rules": list(hit.rules),
        "propensity": hit.propensity,
        "product": _plain_product(hit.product),
    }


def _plain_product(product: Product) -> dict[str, Any]:
    values = {name: getattr(product, name) for name in Product.__dataclass_fields__}
    created = product.created_at
    return values | {
        "category": list(product.category),
        "attributes": dict(product.attributes),
        "created_at": created.isoformat() if created else None,
        "translations": {
            code: {"title": each.title, "description": each.description}
            for code, each in product.translations.items()
        },
    }


def _is_arabic(text: str) -> bool:
    return any("\u0600" <= c <= "\u06ff" or "\u0750" <= c <= "\u077f" for c in text)
