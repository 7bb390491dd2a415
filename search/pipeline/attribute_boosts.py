"""Boosts candidates with the attributes that a query names, and demotes what it negates."""

from collections.abc import Sequence

from index import FieldRows, IndexEntry, ProductIndex, ProductQuery, tokenize_product
from index.store import SPARSE, In
from index.text import build_query_vector, get_stems, hash_term
from search.catalog_snapshot import CatalogSnapshot
from search.query.parsed_query import AttributeMatch, ParsedQuery
from search.query.stated_absences import states_absence
from search.query.stems import Stems, analyze_query, stem_phrase
from shopwindow.ranking import CandidateSet
from shopwindow.values.setting_groups import SearchSettings

ATTRIBUTE_MATCH = "attribute_match"
NEGATION = "negation"
"""Names of the contributions."""

NEGATION_PENALTY = 1.0
"""Taken off candidates with a negated phrase: more than two similarity scores can differ."""


def boost_attributes(
    candidates: CandidateSet,
    parsed: ParsedQuery,
    snapshot: CatalogSnapshot,
    index: ProductIndex,
    rows: FieldRows,
    settings: SearchSettings,
) -> CandidateSet:
    """Boost candidates that have what the text names; demote or drop those with what it negates.

    Args:
        candidates: Best first.
        parsed: Attribute matches and negated phrases of the query's text.
        snapshot: The catalogue's entities and languages.
        index: Finds the candidates whose texts have a phrase.
        rows: The candidates' values of `collect_fields(parsed)`.
        settings: Has the attribute match boost.

    Returns:
        The candidates in their new order, ties by id; those with an excluded word are left out.
    """
    boost = settings.attribute_match_boost
    matches = parsed.attribute_matches if boost > 0 else ()
    if not (matches or parsed.demoted or parsed.excluded):
        return candidates
    matched: dict[str, float] = {}
    for match in matches:
        for product_id in _filter_matching(match, rows):
            matched[product_id] = matched.get(product_id, 0.0) + boost / len(matches)
    negated: dict[str, float] = {}
    for phrase in parsed.demoted:
        having, lacking = _split_by_phrase(candidates.ids, phrase, snapshot, index)
        negated |= dict.fromkeys(having, -NEGATION_PENALTY) | dict.fromkeys(lacking, boost)
    excluded: set[str] = set()
    for word in parsed.excluded:
        excluded |= _find_with_phrase(candidates.ids, word, snapshot, index)
    boosted = candidates.drop(excluded).add_by_id(ATTRIBUTE_MATCH, matched)
    return boosted.add_by_id(NEGATION, negated).sort()


def collect_fields(parsed: ParsedQuery) -> set[str]:
    """Return the stored fields that the conditions of a query's attribute matches read."""
    return {condition.field for match in parsed.attribute_matches for condition in match.conditions}


def _filter_matching(match: AttributeMatch, rows: FieldRows) -> set[str]:
    """Return the candidates that fulfil any condition of an attribute match."""
    merged = _merge_by_field(match.conditions)
    return set().union(*(rows.filter_ids((condition,)) for condition in merged))


def _find_with_phrase(
    ids: Sequence[str], phrase: str, snapshot: CatalogSnapshot, index: ProductIndex
) -> set[str]:
    """Return the candidates whose texts have all words of a phrase, or that it names.

    Args:
        ids: The candidates.
        phrase: The phrase.
        snapshot: Entities that the phrase itself names come before those of its synonyms: "not
            sneakers" must not exclude all shoes.
        index: Finds words and entities among the candidates.

    Returns:
        Their ids.
    """
    languages, entities = snapshot.languages, snapshot.entities
    token_stems = (get_stems(token, languages) for token in analyze_query(phrase, languages))
    vectors = [build_query_vector(map(hash_term, stems)) for stems in token_stems]
    queries = [ProductQuery(SPARSE, v, include_ids=tuple(ids), limit=len(ids)) for v in vectors]
    ids_by_word = (
        [{product_id for product_id, _ in scored} for scored in index.query(queries)] if ids else []
    )
    having = set.intersection(*ids_by_word) if ids_by_word else set()
    stems = stem_phrase(phrase)
    named = entities.lookup_exact(stems) or entities.lookup(stems)
    conditions = _merge_by_field([entity.condition for entity in named])
    return having.union(*index.filter_ids(ids, [(condition,) for condition in conditions]))


def _split_by_phrase(
    ids: Sequence[str], phrase: str, snapshot: CatalogSnapshot, index: ProductIndex
) -> tuple[set[str], set[str]]:
    """Return the candidates that have what a phrase names, and those that state its absence.

    A belt "without buckles" has the word in its text, and is just what was asked for.
    """
    having = _find_with_phrase(ids, phrase, snapshot, index)
    stems = stem_phrase(phrase)
    entries = index.get_entries(sorted(having)).values()
    lacking = {entry.id for entry in entries if states_absence(_stem_product(entry), stems)}
    return having - lacking, lacking


def _stem_product(entry: IndexEntry) -> Stems:
    return tuple(token.stem for token in tokenize_product(entry.product))


def _merge_by_field(conditions: Sequence[In]) -> list[In]:
    """Return one condition for each field, with the values of all."""
    values_by_field: dict[str, list[str | int]] = {}
    for condition in conditions:
        values_by_field.setdefault(condition.field, []).extend(condition.values)
    return [In(field, tuple(dict.fromkeys(values))) for field, values in values_by_field.items()]
