"""From a query to what the legs are asked: spelling, reading, synonyms."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain

from index.payload import conditions
from index.product_index import ProductIndex
from index.store.points import WORDS, LegQuery
from index.text.analyzer import Word, stems_in, word_number
from index.text.bm25 import SparseVector, query_vector, weighted_vector
from search.catalog_snapshot import Knowledge, KnowledgeKeeper
from search.merchant_scope import only
from search.query.interpreter import Reader
from search.query.known_words import KnownWords
from search.query.parsed_query import Understood
from search.query.phrases import phrases
from search.query.spelling import corrected
from search.query.stems import Stems, asked_words
from search.query.synonym_expansion import Synonyms
from search.rules import RuleBook
from search.rules.plan import NOTHING, Plan
from shopwindow.values.query import ALL, Filters, Query
from shopwindow.values.response import Reading
from shopwindow.values.synonyms import Group

_NO_RULES = RuleBook.empty()

SYNONYM = 0.5
"""How far a word is covered by another one that means the same."""


@dataclass(frozen=True, slots=True)
class ReadQuery:
    """A query, ready for retrieval.

    Attributes:
        understood: What its text says.
        words: What the words leg is asked for.
        coverage: How far the catalogue has the query's words, 0 to 1.
        plan: The merchandiser's rules that hold for it.
    """

    understood: Understood
    words: SparseVector
    coverage: float
    plan: Plan = NOTHING

    def without_filters(self, filters: Filters) -> "ReadQuery":
        """Return the query with only these filters; what was read as one becomes a wish unmet."""
        readings = tuple(replace(each, is_filter=False) for each in self.understood.readings)
        understood = replace(self.understood, filters=filters, readings=readings)
        return replace(self, understood=understood)


def _now() -> datetime:
    return datetime.now(UTC)


class QueryReader:
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
        synonyms: Sequence[Group],
        rules: RuleBook = _NO_RULES,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.rules = rules
        self._clock = clock
        by_stems = Synonyms(synonyms)
        self._index = index
        self._keeper = KnowledgeKeeper(index, by_stems)
        self._words = KnownWords(index.encoder, by_stems)

    def warm_up(self) -> None:
        """Load what the first query would have to wait for."""
        self._words.has("shop window", self._keeper.get().languages)

    def knowledge(self, filters: Filters | None = None) -> Knowledge:
        """Return the catalogue's words and names, as far as some filters' merchants have them."""
        return self._keeper.get(filters)

    def plan(self, filters: Filters) -> Plan:
        """Return the rules that hold for a page without a query."""
        plan = self.rules.plan("", filters, self._clock())
        return self._keeper.get(filters).reach.limited(plan) if plan else plan

    def read(self, query: Query) -> ReadQuery:
        """Correct and understand a query's text.

        Returns:
            What it says, and what the words leg is asked for.
        """
        known, now = self._keeper.get(query.filters), self._clock()
        plan = self.rules.plan(query.text, query.filters, now)
        readings: tuple[Reading, ...] = ()
        if query.text.strip() and ALL not in query.literal:
            kept = frozenset(query.literal)
            is_word = partial(self._is_word, known)
            found = corrected(query.text, known.vocabulary, is_word, kept)
            query = replace(query, text=found.text)
            readings = tuple(Reading("spelling", typed, used) for typed, used in found.changes)
            if found.changes:  # rules that hold for every search must not hide those for this one
                corrected_plan = self.rules.plan(query.text, query.filters, now)
                plan = max(plan, corrected_plan, key=lambda each: len(each.rules))
        plan = known.reach.limited(plan)
        understood = Reader(known.terms).read(query)
        understood = replace(understood, readings=(*readings, *understood.readings))
        words = asked_words(understood.text, known.languages)
        return ReadQuery(understood, *_asked(words, known, plan), plan)

    def _is_word(self, known: Knowledge, word: str) -> bool:
        """Return whether a word is known anywhere, or a product's description has it."""
        languages = known.languages
        if self._words.has(word, languages):
            return True
        stems = (
            stem for each in asked_words(word, languages) for stem in stems_in(each, languages)
        )
        vector = query_vector(map(word_number, stems))
        leg = LegQuery(WORDS, vector, conditions(only(known.merchants)), limit=1)
        return bool(self._index.query([leg])[0])


def _asked(words: tuple[Word, ...], known: Knowledge, plan: Plan) -> tuple[SparseVector, float]:
    """Weigh the words of a query, and the catalogue's words for those that it does not use.

    A phrase that the catalogue uses stands for itself: its own words say best what was meant. The
    other phrases that mean the same share the weight of one that it does not use; those of a rule
    are asked for in any case. Nobody says in which of the catalogue's languages a word is: each of
    its stems is asked, and as a product has a word under one of them, the word still counts once.

    Returns:
        The words with their weights, and how far the catalogue has the query's words, 0 to 1.
    """
    vocabulary, synonyms = known.vocabulary, known.terms.synonyms
    ruled = Synonyms(plan.synonyms)

    def others(phrase: Stems) -> list[Stems]:
        same = [each for each in ruled.of(phrase) if vocabulary.has_stems(each)]
        if same:
            return same
        if vocabulary.has_stems(phrase):
            return []
        return [each for each in synonyms.of(phrase) if vocabulary.has_stems(each)]

    weights: defaultdict[int, float] = defaultdict(float)
    covered = 0.0
    for phrase, same in phrases(words, others):
        for word in phrase:
            for stem in stems_in(word, known.languages):
                weights[word_number(stem)] += 1.0
        for stem in chain.from_iterable(map(vocabulary.in_languages, chain.from_iterable(same))):
            weights[word_number(stem)] += 1.0 / len(same)
        if same:
            covered += SYNONYM * len(phrase)
        else:
            covered += vocabulary.has_one(stems_in(phrase[0], known.languages))
    return weighted_vector(weights), covered / max(len(words), 1)
