"""A search response: a table for people, JSON for programs."""

from dataclasses import asdict
from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from search.rules import RULES
from shopwindow.serving.cli.output import (
    get_stdout_console,
    print_notice,
    sanitize_line,
    to_json,
)
from shopwindow.values import Hit, Product, QueryInterpretation, SearchResponse
from shopwindow.values.display_formats import format_price

RELAXED_FILTER_LABELS = {"in_stock": "stock", "created_since": "date"}
"""Labels of filters whose name is not what people call them."""


def choose_title(product: Product, text: str) -> str:
    """Return the title in the script of the query, if there is one; else the product's first.

    Args:
        product: The product.
        text: The query; empty for a query by photo.
    """
    translations = (translation.title for translation in product.translations.values())
    titles = [title for title in (product.title, *translations) if title.strip()]
    same_script = [title for title in titles if _is_arabic(title) == _is_arabic(text)]
    preferred = same_script if text.strip() else []
    return next(iter([*preferred, *titles]), "")


def response_to_json(response: SearchResponse, text: str) -> str:
    """Format a response as one JSON document.

    Args:
        response: The response.
        text: The query, whose script chooses the titles.

    Returns:
        An object with the keys hits, facets, facet_scope, next_cursor, took_ms, query_id,
        interpretations, price_buckets, price_currency, relaxed_filters, n_below_cutoff,
        is_confident, n_collapsed, n_without_rate, rules and redirect.
    """
    document = {
        "hits": [_hit_to_dict(hit, text) for hit in response.hits],
        "facets": {name: dict(counts) for name, counts in response.facets.items()},
        "facet_scope": response.facet_scope,
        "next_cursor": response.next_cursor,
        "took_ms": dict(response.took_ms),
        "query_id": response.query_id,
        "interpretations": [asdict(interpretation) for interpretation in response.interpretations],
        "price_buckets": [asdict(bucket) for bucket in response.price_buckets],
        "relaxed_filters": list(response.relaxed),
        "n_below_cutoff": response.n_below_cutoff,
        "is_confident": response.is_confident,
        "n_collapsed": response.n_collapsed,
        "n_without_rate": response.n_without_rate,
        "price_currency": response.price_currency,
        "rules": list(response.rules),
        "redirect": response.redirect,
    }
    return to_json(document)


def show_response(
    response: SearchResponse, text: str, title: str = "", is_first_page: bool = True
) -> None:
    """Show a response as a table.

    Args:
        response: The response.
        text: The query, whose script chooses the titles.
        title: Stands above the table.
        is_first_page: Whether it is the first page: only there a row's number is its rank.
    """
    console = get_stdout_console()
    if title:
        console.print(sanitize_line(title), style="bold", soft_wrap=True)
    interpretations = map(describe_interpretation, response.interpretations)
    for line in (*interpretations, *describe_processing(response)):
        console.print(sanitize_line(line), style="dim", soft_wrap=True)
    if not response.hits:
        console.print("No product matches.")
        return
    console.print(_build_table(response, text, is_first_page))


def show_page(
    response: SearchResponse, text: str, as_json: bool, is_first_page: bool = True
) -> None:
    """Show a page as a table, and how to see the next one; or as one JSON document.

    Args:
        response: The response.
        text: The query, whose script chooses the titles.
        as_json: One JSON document instead of a table.
        is_first_page: See `show_response`.
    """
    if as_json:
        typer.echo(response_to_json(response, text))
        return
    show_response(response, text, is_first_page=is_first_page)
    if response.next_cursor:
        print_notice(f"more: the same command with --cursor {response.next_cursor}")


def describe_processing(response: SearchResponse) -> list[str]:
    """Return one line for each thing that was done to the response after retrieval."""
    lines = []
    if response.redirect:
        lines.append(f"a rule redirects this search to {response.redirect}")
    if response.relaxed:
        names = ", ".join(RELAXED_FILTER_LABELS.get(name, name) for name in response.relaxed)
        lines.append(f"no results with all filters; dropped: {names} (--no-relax keeps them)")
    if response.hits and not response.is_confident:
        lines.append("no confident match; these are the nearest products")
    if response.n_below_cutoff:
        lines.append(f"{response.n_below_cutoff:,} low-relevance products hidden")
    if response.n_collapsed:
        lines.append(f"{response.n_collapsed:,} variants grouped (--no-collapse shows them)")
    if response.n_without_rate:
        lines.append(
            f"{response.n_without_rate:,} products have a currency without an exchange rate, so "
            "their prices were not compared"
        )
    if response.rules:
        lines.append(f"rules in force: {', '.join(response.rules)}")
    return lines


def describe_interpretation(interpretation: QueryInterpretation) -> str:
    """Return one line on what a part of the query was interpreted as."""
    kind, text, value = interpretation.kind, interpretation.text, interpretation.value
    if kind == "spelling":
        return f"searched for {value!r} instead of {text!r}"
    if kind == "negation":
        return f"without {value!r}"
    if interpretation.is_filter:
        return f"filter: {kind} {value} ({text!r})"
    if kind == "price":
        return f"no match has {kind} {value} ({text!r})"
    return f"boosting {kind}: {value} ({text!r})"


def explain_hit(hit: Hit, rank: int) -> str:
    """Return one line on why a hit has its rank.

    Args:
        hit: The hit.
        rank: Its rank, from 1; 0 when unknown.
    """
    contributions = sorted(hit.contributions.items(), key=lambda item: (-item[1], item[0]))
    values = [(name, f"{value:.3f}") for name, value in contributions]
    has_one = len(values) == 1
    reasons = [" + ".join(f"{n} {v}" for n, v in values if v.strip("-0.") or has_one)]
    if hit.matched_words:
        reasons.append(f"({', '.join(hit.matched_words)})")
    if hit.rules:
        reasons.append(f"{_describe_move(hit)} by {', '.join(map(repr, hit.rules))}")
    if rank and hit.retrieval_rank not in {0, rank}:
        step = "rules" if hit.rules else "reranking"
        reasons.append(f"(rank {hit.retrieval_rank} before {step})")
    return " ".join(reason for reason in reasons if reason)


def _build_table(response: SearchResponse, text: str, is_first_page: bool) -> Table:
    table = Table()
    table.add_column("rank", justify="right")
    table.add_column("id", overflow="fold")
    table.add_column("title", ratio=3)
    table.add_column("price", justify="right", no_wrap=True)
    table.add_column("score", justify="right")
    table.add_column("why", ratio=2)
    for number, hit in enumerate(response.hits, start=1):
        cells = (
            number,
            hit.product.id,
            choose_title(hit.product, text),
            _format_price(hit.product),
            f"{hit.score:.3f}" if hit.contributions else "",
            explain_hit(hit, number if is_first_page else 0),
        )
        table.add_row(*(Text(sanitize_line(cell)) for cell in cells))
    return table


def _format_price(product: Product) -> str:
    return "" if product.price is None else format_price(product.price, product.currency)


def _describe_move(hit: Hit) -> str:
    if RULES not in hit.contributions:
        return "pinned"
    return "boosted" if hit.contributions[RULES] > 0 else "buried"


def _hit_to_dict(hit: Hit, text: str) -> dict[str, Any]:
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
        "matched_image": hit.matched_image,
        "product": _product_to_dict(hit.product),
    }


def _product_to_dict(product: Product) -> dict[str, Any]:
    values = {name: getattr(product, name) for name in Product.__dataclass_fields__}
    created = product.created_at
    return values | {
        "category": list(product.category),
        "attributes": dict(product.attributes),
        "created_at": created.isoformat() if created else None,
        "translations": {
            code: {"title": translation.title, "description": translation.description}
            for code, translation in product.translations.items()
        },
    }


def _is_arabic(text: str) -> bool:
    return any("\u0600" <= c <= "\u06ff" or "\u0750" <= c <= "\u077f" for c in text)
