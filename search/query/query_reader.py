"""From a query to what the legs are asked: spelling, reading, synonyms."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain

from index.payload import to_conditions
from index.product_index import ProductIndex
from index.store.points import SPARSE, VectorQuery
from index.text.analyzer import Token, get_stems, hash_term
from index.text.bm25 import SparseVector, build_query_vector, build_weighted_vector
from search.catalog_snapshot import CatalogSnapshot, CatalogSnapshotCache
from search.merchant_scope import filter_to_merchants
from search.query.interpreter import QueryParser
from search.query.known_words import SpellingDictionary
from search.query.parsed_query import ParsedQuery
from search.query.phrases import segment_phrases
from search.query.spelling import correct_spelling
from search.query.stems import Stems, analyze_query
from search.query.synonym_expansion import SynonymIndex
from search.rules import RuleSet
from search.rules.plan import EMPTY_PLAN, RulePlan
from shopwindow.values.query import WHOLE_TEXT, Filters, Query
from shopwindow.values.response import QueryInterpretation
from shopwindow.values.synonyms import SynonymGroup

_NO_RULES = RuleSet.empty()

SYNONYM_COVERAGE = 0.5
"""How far a word is covered by another one that means the same."""


@dataclass(frozen=True, slots=True)
class InterpretedQuery:
    """A query, ready for retrieval.

    Attributes:
        parsed: What its text says.
        sparse_vector: What the words leg is asked for.
        coverage: How far the catalogue has the query's words, 0 to 1.
        plan: The merchandiser's rules that hold for it.
    """

    parsed: ParsedQuery
    sparse_vector: SparseVector
    coverage: float
    plan: RulePlan = EMPTY_PLAN

    def with_filters(self, filters: Filters) -> "InterpretedQuery":
        """Return the query with only these filters; what was read as one becomes a wish unmet."""
        readings = tuple(replace(each, is_filter=False) for each in self.parsed.interpretations)
        understood = replace(self.parsed, filters=filters, interpretations=readings)
        return replace(self, parsed=understood)


def _now() -> datetime:
    return datetime.now(UTC)


class QueryInterpreter:
    """Reads queries as one catalogue would have them, or those of its merchants that are asked.

    Args:
        index: The catalogue.
        synonyms: Groups of words that mean the same.
        rules: The merchandiser's rules; they may be exchanged at any time.
        clock: Tells which rules hold now.
    """

    def __init__(
        self,
        index: ProductIndex,
        synonyms: Sequence[SynonymGroup],
        rules: RuleSet = _NO_RULES,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.rules = rules
        self._clock = clock
        by_stems = SynonymIndex(synonyms)
        self._index = index
        self._keeper = CatalogSnapshotCache(index, by_stems)
        self._words = SpellingDictionary(index.encoder, by_stems)

    def warm_up(self) -> None:
        """Load what the first query would have to wait for."""
        self._words.contains("shop window", self._keeper.get().languages)

    def get_snapshot(self, filters: Filters | None = None) -> CatalogSnapshot:
        """Return the catalogue's words and names, as far as some filters' merchants have them."""
        return self._keeper.get(filters)

    def plan_rules(self, filters: Filters) -> RulePlan:
        """Return the rules that hold for a page without a query."""
        plan = self.rules.plan("", filters, self._clock())
        return self._keeper.get(filters).rule_visibility.restrict(plan) if plan else plan

    def interpret(self, query: Query) -> InterpretedQuery:
        """Correct and understand a query's text.

        Returns:
            What it says, and what the words leg is asked for.
        """
        known, now = self._keeper.get(query.filters), self._clock()
        plan = self.rules.plan(query.text, query.filters, now)
        readings: tuple[QueryInterpretation, ...] = ()
        if query.text.strip() and WHOLE_TEXT not in query.verbatim:
            kept = frozenset(query.verbatim)
            is_word = partial(self._is_word, known)
            found = correct_spelling(query.text, known.vocabulary, is_word, kept)
            query = replace(query, text=found.text)
            readings = tuple(
                QueryInterpretation("spelling", typed, used) for typed, used in found.changes
            )
            if found.changes:  # rules that hold for every search must not hide those for this one
                corrected_plan = self.rules.plan(query.text, query.filters, now)
                plan = max(plan, corrected_plan, key=lambda each: len(each.rule_names))
        plan = known.rule_visibility.restrict(plan)
        understood = QueryParser(known.entities).parse(query)
        understood = replace(understood, interpretations=(*readings, *understood.interpretations))
        words = analyze_query(understood.text, known.languages)
        return InterpretedQuery(understood, *_asked(words, known, plan), plan)

    def _is_word(self, known: CatalogSnapshot, word: str) -> bool:
        """Return whether a word is known anywhere, or a product's description has it."""
        languages = known.languages
        if self._words.contains(word, languages):
            return True
        stems = (
            stem for each in analyze_query(word, languages) for stem in get_stems(each, languages)
        )
        vector = build_query_vector(map(hash_term, stems))
        leg = VectorQuery(
            SPARSE, vector, to_conditions(filter_to_merchants(known.merchants)), limit=1
        )
        return bool(self._index.query([leg])[0])


def _asked(
    words: tuple[Token, ...], known: CatalogSnapshot, plan: RulePlan
) -> tuple[SparseVector, float]:
    """Weigh the words of a query, and the catalogue's words for those that it does not use.

    A phrase that the catalogue uses stands for itself: its own words say best what was meant. The
    other phrases that mean the same share the weight of one that it does not use; those of a rule
    are asked for in any case. Nobody says in which of the catalogue's languages a word is: each of
    its stems is asked, and as a product has a word under one of them, the word still counts once.

    Returns:
        The words with their weights, and how far the catalogue has the query's words, 0 to 1.
    """
    vocabulary, synonyms = known.vocabulary, known.entities.synonyms
    ruled = SynonymIndex(plan.synonyms)

    def others(phrase: Stems) -> list[Stems]:
        same = [each for each in ruled.lookup(phrase) if vocabulary.has_all_stems(each)]
        if same:
            return same
        if vocabulary.has_all_stems(phrase):
            return []
        return [each for each in synonyms.lookup(phrase) if vocabulary.has_all_stems(each)]

    weights: defaultdict[int, float] = defaultdict(float)
    covered = 0.0
    for phrase, same in segment_phrases(words, others):
        for word in phrase:
            for stem in get_stems(word, known.languages):
                weights[hash_term(stem)] += 1.0
        for stem in chain.from_iterable(map(vocabulary.expand_stem, chain.from_iterable(same))):
            weights[hash_term(stem)] += 1.0 / len(same)
        if same:
            covered += SYNONYM_COVERAGE * len(phrase)
        else:
            covered += vocabulary.has_any_stem(get_stems(phrase[0], known.languages))
    return build_weighted_vector(weights), covered / max(len(words), 1)
