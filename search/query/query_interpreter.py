"""Interprets queries for retrieval: spelling correction, parsing, synonym expansion, rules."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain

from index import ProductIndex, ProductQuery, to_conditions
from index.store import SPARSE
from index.text import (
    SparseVector,
    Token,
    build_query_vector,
    build_weighted_vector,
    get_stems,
    hash_term,
)
from search.catalog_snapshot import CatalogSnapshot, CatalogSnapshotCache
from search.merchant_scope import filter_to_merchants
from search.query.known_words import SpellingDictionary
from search.query.parsed_query import ParsedQuery
from search.query.phrases import segment_phrases
from search.query.query_parser import QueryParser
from search.query.spelling import correct_spelling
from search.query.stems import Stems, analyze_query
from search.query.synonym_expansion import SynonymIndex
from search.rules import RuleSet
from search.rules.plan import EMPTY_PLAN, RulePlan
from shopwindow.values import WHOLE_TEXT, Filters, Query, QueryInterpretation
from shopwindow.values.synonyms import SynonymGroup

_NO_RULES = RuleSet.empty()

SYNONYM_COVERAGE = 0.5
"""Coverage of a word that the catalogue has only by a synonym."""


@dataclass(frozen=True, slots=True)
class InterpretedQuery:
    """A query, ready for retrieval.

    Attributes:
        parsed: Its text, corrected and parsed.
        sparse_vector: The weighted terms that the lexical retriever searches for.
        coverage: Share of the query's words that the catalogue has, 0 to 1.
        plan: The active rules that match it.
    """

    parsed: ParsedQuery
    sparse_vector: SparseVector
    coverage: float
    plan: RulePlan = EMPTY_PLAN

    def with_filters(self, filters: Filters) -> "InterpretedQuery":
        """Return the query with only these filters; its interpretations are filters no longer."""
        interpretations = tuple(
            replace(interpretation, is_filter=False)
            for interpretation in self.parsed.interpretations
        )
        parsed = replace(self.parsed, filters=filters, interpretations=interpretations)
        return replace(self, parsed=parsed)


def _get_utc_now() -> datetime:
    return datetime.now(UTC)


class QueryInterpreter:
    """Interprets queries with the vocabulary of a catalogue, or of the merchants in their filters.

    Safe to call from several threads.

    Args:
        index: The catalogue.
        synonyms: Groups of words that mean the same.
        rules: The merchandiser's rules; they may be replaced at any time.
        clock: The time for which rules are active.
    """

    def __init__(
        self,
        index: ProductIndex,
        synonyms: Sequence[SynonymGroup],
        rules: RuleSet = _NO_RULES,
        clock: Callable[[], datetime] = _get_utc_now,
    ) -> None:
        self.rules = rules
        self._clock = clock
        synonym_index = SynonymIndex(synonyms)
        self._index = index
        self._snapshots = CatalogSnapshotCache(index, synonym_index)
        self._dictionary = SpellingDictionary(index.encoder, synonym_index)

    def warm_up(self) -> None:
        """Load the dictionaries and the snapshot before the first query."""
        self._dictionary.contains("shop window", self._snapshots.get().languages)

    def close(self) -> None:
        """Wait for the thread that refreshes snapshots; those that there are stay in use."""
        self._snapshots.close()

    def get_snapshot(self, filters: Filters | None = None) -> CatalogSnapshot:
        """Return the snapshot of the products that some filters' merchants sell."""
        return self._snapshots.get(filters)

    def plan_rules(self, filters: Filters) -> RulePlan:
        """Return the active rules for a page without a query."""
        plan = self.rules.plan("", filters, self._clock())
        return self._snapshots.get(filters).rule_visibility.restrict(plan) if plan else plan

    def interpret(self, query: Query) -> InterpretedQuery:
        """Correct, parse and expand a query's text.

        Returns:
            The parsed query, the sparse vector of its words and synonyms, and its rules.
        """
        snapshot, now = self._snapshots.get(query.filters), self._clock()
        plan = self.rules.plan(query.text, query.filters, now)
        corrections: tuple[QueryInterpretation, ...] = ()
        if query.text.strip() and WHOLE_TEXT not in query.verbatim:
            is_word = partial(self._is_word, snapshot)
            corrected = correct_spelling(
                query.text, snapshot.vocabulary, is_word, frozenset(query.verbatim)
            )
            corrections = tuple(
                QueryInterpretation("spelling", typed, used) for typed, used in corrected.changes
            )
            if corrections:
                query = replace(query, text=corrected.text)
                # Rules for every search must not hide those for this one.
                corrected_plan = self.rules.plan(query.text, query.filters, now)
                plan = max(plan, corrected_plan, key=lambda matched: len(matched.rule_names))
        plan = snapshot.rule_visibility.restrict(plan)
        parsed = QueryParser(snapshot.entities, self._index.prices.base).parse(query)
        parsed = replace(parsed, interpretations=(*corrections, *parsed.interpretations))
        tokens = analyze_query(parsed.text, snapshot.languages)
        return InterpretedQuery(parsed, *_expand_query(tokens, snapshot, plan), plan)

    def _is_word(self, snapshot: CatalogSnapshot, word: str) -> bool:
        """Return whether a dictionary or the text of any product has a word."""
        languages = snapshot.languages
        if self._dictionary.contains(word, languages):
            return True
        tokens = analyze_query(word, languages)
        stems = (stem for token in tokens for stem in get_stems(token, languages))
        vector = build_query_vector(map(hash_term, stems))
        conditions = to_conditions(filter_to_merchants(snapshot.merchants))
        return bool(self._index.query([ProductQuery(SPARSE, vector, conditions, limit=1)])[0])


def _expand_query(
    tokens: tuple[Token, ...], snapshot: CatalogSnapshot, plan: RulePlan
) -> tuple[SparseVector, float]:
    """Weigh the words of a query, and the synonyms of those that the catalogue does not use.

    A phrase that the catalogue uses is not expanded: its own words say best what was meant. The
    synonyms of one that it does not use share the weight of that phrase; those of a rule are always
    added. The language of a word is not known: each of its stems is searched, and as a product has
    a word under one of them, the word still counts once.

    Returns:
        The terms with their weights, and the share of words that the catalogue has, 0 to 1.
    """
    vocabulary, synonyms = snapshot.vocabulary, snapshot.entities.synonyms
    rule_synonyms = SynonymIndex(plan.synonyms)

    def list_synonyms(phrase: Stems) -> list[Stems]:
        from_rules = list(filter(vocabulary.has_all_stems, rule_synonyms.lookup(phrase)))
        if from_rules or vocabulary.has_all_stems(phrase):
            return from_rules
        return list(filter(vocabulary.has_all_stems, synonyms.lookup(phrase)))

    weights: defaultdict[int, float] = defaultdict(float)
    n_covered = 0.0
    for phrase, expansions in segment_phrases(tokens, list_synonyms):
        for token in phrase:
            for stem in get_stems(token, snapshot.languages):
                weights[hash_term(stem)] += 1.0
        for stem in chain.from_iterable(expansions):
            for form in vocabulary.expand_stem(stem):
                weights[hash_term(form)] += 1.0 / len(expansions)
        if expansions:
            n_covered += SYNONYM_COVERAGE * len(phrase)
        else:
            n_covered += vocabulary.has_any_stem(get_stems(phrase[0], snapshot.languages))
    return build_weighted_vector(weights), n_covered / max(len(tokens), 1)
