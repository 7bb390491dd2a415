"""From a query to what the legs are asked: spelling, reading, synonyms."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.query import Filters, Query, Reading
from core.synonyms import Group
from index.analyser import Word, analyse, word_number
from index.bm25 import SparseVector, query_vector, weighted_vector
from index.points import WORDS, LegQuery
from index.product_index import ProductIndex
from search.knowledge import Knowledge, KnowledgeKeeper
from search.known_words import KnownWords
from search.spelling import corrected
from search.understanding.reader import ALL, Reader
from search.understanding.readings import Understood
from search.understanding.terms import LONGEST, Stems

SYNONYM = 0.5
"""How far a word is covered by another one that means the same."""


@dataclass(frozen=True, slots=True)
class ReadQuery:
    """A query, ready for retrieval.

    Attributes:
        understood: What its text says.
        words: What the words leg is asked for.
        coverage: How far the catalogue has the query's words, 0 to 1.
    """

    understood: Understood
    words: SparseVector
    coverage: float

    def without_filters(self, filters: Filters) -> "ReadQuery":
        """Return the query with only these filters; what was read as one becomes a wish unmet."""
        readings = tuple(replace(each, is_filter=False) for each in self.understood.readings)
        understood = replace(self.understood, filters=filters, readings=readings)
        return replace(self, understood=understood)


class QueryReader:
    """Reads queries as one catalogue would have them.

    Args:
        index: The catalogue.
        synonyms: Groups of words that mean the same.
    """

    def __init__(self, index: ProductIndex, synonyms: Sequence[Group]) -> None:
        self._index = index
        self._keeper = KnowledgeKeeper(index, synonyms)
        self._words = KnownWords(index.encoder, synonyms)

    def warm_up(self) -> None:
        """Load what the first query would have to wait for."""
        self._keeper.get()
        self._words.has("shop window")

    def knowledge(self) -> Knowledge:
        """Return the catalogue's words and names."""
        return self._keeper.get()

    def read(self, query: Query) -> ReadQuery:
        """Correct and understand a query's text.

        Returns:
            What it says, and what the words leg is asked for.
        """
        known = self._keeper.get()
        readings: tuple[Reading, ...] = ()
        if query.text.strip() and ALL not in query.literal:
            kept = frozenset(query.literal)
            found = corrected(query.text, known.vocabulary, self._is_word, kept)
            query = replace(query, text=found.text)
            readings = tuple(Reading("spelling", typed, used) for typed, used in found.changes)
        understood = Reader(known.terms).read(query)
        understood = replace(understood, readings=(*readings, *understood.readings))
        return ReadQuery(understood, *_asked(analyse(understood.text), known))

    def _is_word(self, word: str) -> bool:
        """Return whether a word is known anywhere, or a product's description has it."""
        if self._words.has(word):
            return True
        leg = LegQuery(WORDS, query_vector(each.number for each in analyse(word)), limit=1)
        return bool(self._index.query([leg])[0])


def _asked(words: tuple[Word, ...], known: Knowledge) -> tuple[SparseVector, float]:
    """Weigh the words of a query, and the catalogue's words for those that it does not use.

    A phrase that the catalogue uses stands for itself: its own words say best what was meant. The
    other phrases that mean the same share the weight of one that it does not use.

    Returns:
        The words with their weights, and how far the catalogue has the query's words, 0 to 1.
    """
    weights: Counter[int] = Counter(word.number for word in words)
    covered, start = 0.0, 0
    total: dict[int, float] = dict(weights)
    while start < len(words):
        size, same = _longest(words[start : start + LONGEST], known)
        for stems in same:
            for stem in stems:
                number = word_number(stem)
                total[number] = total.get(number, 0.0) + 1.0 / len(same)
        if same:
            covered += SYNONYM * size
        else:
            covered += known.vocabulary.has_stems((words[start].stem,))
        start += size
    return weighted_vector(total), covered / max(len(words), 1)


def _longest(words: tuple[Word, ...], known: Knowledge) -> tuple[int, list[Stems]]:
    """Return how many words make the longest phrase with synonyms, and these; 1 and none else."""
    for size in range(len(words), 0, -1):
        phrase = tuple(word.stem for word in words[:size])
        if known.vocabulary.has_stems(phrase):
            continue
        same = [each for each in known.terms.synonyms(phrase) if known.vocabulary.has_stems(each)]
        if same:
            return size, same
    return 1, []
