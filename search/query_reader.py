"""From a query to what the legs are asked: spelling, reading, synonyms."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.encoder import Encoder, KnowsWords
from core.query import Query, Reading
from index.analyser import Word, analyse, word_number
from index.bm25 import SparseVector, query_vector
from index.points import WORDS, LegQuery
from index.product_index import ProductIndex
from search.knowledge import Knowledge, KnowledgeKeeper
from search.spelling import corrected
from search.understanding.reader import ALL, Reader
from search.understanding.readings import Understood
from search.understanding.terms import LONGEST


@dataclass(frozen=True, slots=True)
class ReadQuery:
    """A query, ready for retrieval.

    Attributes:
        understood: What its text says.
        words: What the words leg is asked for.
    """

    understood: Understood
    words: SparseVector


class QueryReader:
    """Reads queries as one catalogue would have them.

    Args:
        index: The catalogue.
    """

    def __init__(self, index: ProductIndex) -> None:
        self._index = index
        self._keeper = KnowledgeKeeper(index)

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
        words = analyse(understood.text)
        return ReadQuery(understood, query_vector((*_numbers(words), *_synonyms(words, known))))

    def _is_word(self, word: str) -> bool:
        """Return whether the encoder knows a word, or a product's description has it."""
        encoder: Encoder = self._index.encoder
        if isinstance(encoder, KnowsWords) and encoder.knows_word(word):
            return True
        leg = LegQuery(WORDS, query_vector(_numbers(analyse(word))), limit=1)
        return bool(self._index.query([leg])[0])


def _numbers(words: Iterable[Word]) -> tuple[int, ...]:
    return tuple(word.number for word in words)


def _synonyms(words: tuple[Word, ...], known: Knowledge) -> tuple[int, ...]:
    """Return the catalogue's words for the phrases that it has other words for.

    A phrase is left alone when the catalogue uses it: its own words say best what was meant.
    """
    found: list[int] = []
    start = 0
    while start < len(words):
        size, stems = _longest(words[start : start + LONGEST], known)
        found += [word_number(stem) for stem in stems]
        start += size
    return tuple(dict.fromkeys(found))


def _longest(words: tuple[Word, ...], known: Knowledge) -> tuple[int, tuple[str, ...]]:
    for size in range(len(words), 0, -1):
        phrase = tuple(word.stem for word in words[:size])
        if known.vocabulary.has_stems(phrase):
            continue
        same = [each for each in known.terms.synonyms(phrase) if known.vocabulary.has_stems(each)]
        if same:
            return size, tuple(stem for each in same for stem in each)
    return 1, ()
