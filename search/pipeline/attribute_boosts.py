"""What a query's text says beyond likeness, as further parts of the candidates' scores."""

from collections.abc import Sequence

from index.field_rows import Rows
from index.payload import document_words, from_payload
from index.product_index import ProductIndex
from index.store.points import WORDS, AnyOf, LegQuery, Point
from index.text.analyzer import stems_in, word_number
from index.text.bm25 import query_vector
from search.catalog_snapshot import Knowledge
from search.query.parsed_query import Understood, Wish
from search.query.stated_absences import says_without
from search.query.stems import Stems, asked_words, stems_of
from search.retrieval.fusion import Candidate
from shopwindow.values.settings import SearchSettings

NAMED = "named"
WITHOUT = "without"
"""Names of the parts."""

PENALTY = 1.0
"""Taken off what is not wanted: more than likeness differs between two candidates."""


def adjusted(
    candidates: Sequence[Candidate],
    understood: Understood,
    known: Knowledge,
    index: ProductIndex,
    rows: Rows,
    settings: SearchSettings,
) -> list[Candidate]:
    """Bring forward what has what the text names, push back what it does not want.

    Args:
        candidates: Best first.
        understood: What the text says.
        known: The catalogue's names and languages.
        index: Knows which candidate has which words.
        rows: What the candidates have of `fields_of(understood)`.
        settings: The weight of what is named.

    Returns:
        The candidates in their new order; those with a banned word are left out.
    """
    wishes = understood.wishes if settings.weight_named > 0 else ()
    if not (wishes or understood.unwanted or understood.banned):
        return list(candidates)
    ids = [each.id for each in candidates]
    parts: dict[str, dict[str, float]] = {}
    for having in _having(wishes, rows):
        for point in having:
            found = parts.setdefault(point, {})
            found[NAMED] = found.get(NAMED, 0.0) + settings.weight_named / len(wishes)
    for phrase in understood.unwanted:
        having, lacking = _with_and_without(ids, phrase, known, index)
        for point in having:
            parts.setdefault(point, {})[WITHOUT] = -PENALTY
        for point in lacking:
            parts.setdefault(point, {})[WITHOUT] = settings.weight_named
    banned: set[str] = set()
    for word in understood.banned:
        banned |= _with_phrase(ids, word, known, index)
    kept = [each.plus(parts.get(each.id, {})) for each in candidates if each.id not in banned]
    return sorted(kept, key=lambda each: (-each.score, each.id))


def fields_of(understood: Understood) -> set[str]:
    """Return the stored fields that tell who has what is wished for."""
    return {condition.field for wish in understood.wishes for condition in wish.meant}


def _having(wishes: Sequence[Wish], rows: Rows) -> list[set[str]]:
    """Return for each wish the candidates that fulfil one of its conditions."""
    return [
        set().union(*(rows.passing((each,)) for each in _joined(wish.meant))) for wish in wishes
    ]


def _with_phrase(
    ids: Sequence[str], phrase: str, known: Knowledge, index: ProductIndex
) -> set[str]:
    """Return the candidates that have all words of a phrase, or something that it names.

    Args:
        ids: The candidates.
        phrase: The phrase.
        known: What the catalogue itself calls so comes before synonyms: "not sneakers" must not
            take away all shoes.
        index: Knows which candidate has what.

    Returns:
        Their ids.
    """
    stems = stems_of(phrase)
    several = (stems_in(each, known.languages) for each in asked_words(phrase, known.languages))
    words = [query_vector(map(word_number, each)) for each in several]
    legs = [LegQuery(WORDS, each, among=tuple(ids), limit=len(ids)) for each in words]
    worded = [{point for point, _ in scored} for scored in index.query(legs)] if ids else []
    having = set.intersection(*worded) if worded else set()
    named = _joined([t.condition for t in known.terms.named(stems) or known.terms.meanings(stems)])
    return having.union(*index.passing(ids, [(each,) for each in named]))


def _with_and_without(
    ids: Sequence[str], phrase: str, known: Knowledge, index: ProductIndex
) -> tuple[set[str], set[str]]:
    """Return the candidates that have something, and those that say that they have not.

    A belt "without buckles" has the word in its text, and is just what was asked for.
    """
    having = _with_phrase(ids, phrase, known, index)
    stems = stems_of(phrase)
    products = index.points(sorted(having)).values()
    lacking = {p.id for p in products if says_without(_stems_of_product(p), stems)}
    return having - lacking, lacking


def _stems_of_product(point: Point) -> Stems:
    return tuple(word.stem for word in document_words(from_payload(point.payload)))


def _joined(conditions: Sequence[AnyOf]) -> list[AnyOf]:
    """Return one condition for each field, with the values of all."""
    values: dict[str, list[str | int]] = {}
    for each in conditions:
        values.setdefault(each.field, []).extend(each.values)
    return [AnyOf(field, tuple(dict.fromkeys(some))) for field, some in values.items()]
