"""What a query's text says beyond likeness, as further parts of the candidates' scores."""

from collections.abc import Sequence

from index.field_rows import FieldRows
from index.payload import from_payload, tokenize_product
from index.product_index import ProductIndex
from index.store.points import SPARSE, In, Point, VectorQuery
from index.text.analyzer import get_stems, hash_term
from index.text.bm25 import build_query_vector
from search.catalog_snapshot import CatalogSnapshot
from search.query.parsed_query import AttributeMatch, ParsedQuery
from search.query.stated_absences import states_absence
from search.query.stems import Stems, analyze_query, stem_phrase
from search.retrieval.fusion import Candidate
from shopwindow.values.settings import SearchSettings

ATTRIBUTE_MATCH = "attribute_match"
NEGATION = "negation"
"""Names of the parts."""

NEGATION_PENALTY = 1.0
"""Taken off what is not wanted: more than likeness differs between two candidates."""


def boost_attributes(
    candidates: Sequence[Candidate],
    parsed: ParsedQuery,
    snapshot: CatalogSnapshot,
    index: ProductIndex,
    rows: FieldRows,
    settings: SearchSettings,
) -> list[Candidate]:
    """Bring forward what has what the text names, push back what it does not want.

    Args:
        candidates: Best first.
        parsed: What the text says.
        snapshot: The catalogue's names and languages.
        index: Knows which candidate has which words.
        rows: What the candidates have of `collect_fields(understood)`.
        settings: The weight of what is named.

    Returns:
        The candidates in their new order; those with a banned word are left out.
    """
    wishes = parsed.attribute_matches if settings.attribute_match_boost > 0 else ()
    if not (wishes or parsed.demoted or parsed.excluded):
        return list(candidates)
    ids = [each.id for each in candidates]
    parts: dict[str, dict[str, float]] = {}
    for having in _having(wishes, rows):
        for point in having:
            found = parts.setdefault(point, {})
            found[ATTRIBUTE_MATCH] = found.get(
                ATTRIBUTE_MATCH, 0.0
            ) + settings.attribute_match_boost / len(wishes)
    for phrase in parsed.demoted:
        having, lacking = _with_and_without(ids, phrase, snapshot, index)
        for point in having:
            parts.setdefault(point, {})[NEGATION] = -NEGATION_PENALTY
        for point in lacking:
            parts.setdefault(point, {})[NEGATION] = settings.attribute_match_boost
    banned: set[str] = set()
    for word in parsed.excluded:
        banned |= _with_phrase(ids, word, snapshot, index)
    kept = [
        each.with_contributions(parts.get(each.id, {}))
        for each in candidates
        if each.id not in banned
    ]
    return sorted(kept, key=lambda each: (-each.score, each.id))


def collect_fields(understood: ParsedQuery) -> set[str]:
    """Return the stored fields that tell who has what is wished for."""
    return {
        condition.field for wish in understood.attribute_matches for condition in wish.conditions
    }


def _having(wishes: Sequence[AttributeMatch], rows: FieldRows) -> list[set[str]]:
    """Return for each wish the candidates that fulfil one of its conditions."""
    return [
        set().union(*(rows.filter_ids((each,)) for each in _joined(wish.conditions)))
        for wish in wishes
    ]


def _with_phrase(
    ids: Sequence[str], phrase: str, known: CatalogSnapshot, index: ProductIndex
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
    stems = stem_phrase(phrase)
    several = (get_stems(each, known.languages) for each in analyze_query(phrase, known.languages))
    words = [build_query_vector(map(hash_term, each)) for each in several]
    legs = [VectorQuery(SPARSE, each, include_ids=tuple(ids), limit=len(ids)) for each in words]
    worded = [{point for point, _ in scored} for scored in index.query(legs)] if ids else []
    having = set.intersection(*worded) if worded else set()
    named = _joined(
        [t.condition for t in known.entities.lookup_exact(stems) or known.entities.lookup(stems)]
    )
    return having.union(*index.filter_ids(ids, [(each,) for each in named]))


def _with_and_without(
    ids: Sequence[str], phrase: str, known: CatalogSnapshot, index: ProductIndex
) -> tuple[set[str], set[str]]:
    """Return the candidates that have something, and those that say that they have not.

    A belt "without buckles" has the word in its text, and is just what was asked for.
    """
    having = _with_phrase(ids, phrase, known, index)
    stems = stem_phrase(phrase)
    products = index.get_points(sorted(having)).values()
    lacking = {p.id for p in products if states_absence(_stems_of_product(p), stems)}
    return having - lacking, lacking


def _stems_of_product(point: Point) -> Stems:
    return tuple(word.stem for word in tokenize_product(from_payload(point.payload)))


def _joined(conditions: Sequence[In]) -> list[In]:
    """Return one condition for each field, with the values of all."""
    values: dict[str, list[str | int]] = {}
    for each in conditions:
        values.setdefault(each.field, []).extend(each.values)
    return [In(field, tuple(dict.fromkeys(some))) for field, some in values.items()]
