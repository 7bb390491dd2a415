"""What the search knows of its catalogue's own words and names, kept up to date."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import ShopwindowError
from index.product_index import ProductIndex
from search.background import Background
from search.understanding.synonyms import Synonyms
from search.understanding.terms import Terms
from search.vocabulary import Vocabulary

LOG = logging.getLogger(__name__)

MAX_AGE_S = 300.0
"""After this long the names are read again: another process may have changed the index."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """One reading of the catalogue.

    Attributes:
        vocabulary: Its words.
        terms: Its names: brands, categories, attribute values.
        background: What likeness is chance.
        languages: Codes of its languages that have stemmers of their own.
    """

    vocabulary: Vocabulary
    terms: Terms
    background: Background
    languages: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, index: ProductIndex, synonyms: Synonyms, background: Background | None = None
    ) -> "Knowledge":
        """Return what there is to know of an index.

        Args:
            index: The index.
            synonyms: Phrases that mean the same.
            background: What was drawn before.
        """
        drawn = (background or Background()).renewed(index)
        brands, categories, attributes = map(index.names, ("brand", "category", "attributes"))
        terms = Terms(brands, categories, attributes, synonyms)
        languages = index.languages()
        vocabulary = Vocabulary(index.words(), languages)
        return cls(vocabulary, terms, drawn, languages)


class KnowledgeKeeper:
    """Hands out what is known, and reads it again when the index has changed.

    The first caller waits for it; afterwards it is renewed beside the searches, which go on with
    the former one meanwhile.

    Args:
        index: The index.
        synonyms: Phrases that mean the same.
        clock: Seconds that pass; for tests.
    """

    def __init__(
        self,
        index: ProductIndex,
        synonyms: Synonyms,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._index = index
        self._synonyms = synonyms
        self._clock = clock
        self._lock = threading.Lock()
        self._known: Knowledge | None = None
        self._read_at: tuple[int, float] = (-1, 0.0)
        self._renewing = False

    def get(self) -> Knowledge:
        """Return what is known of the catalogue."""
        with self._lock:
            known = self._known
            if known is None or not self._is_stale():
                return known or self._read()
            if self._renewing:
                return known
            self._renewing = True
        threading.Thread(target=self._renew, name="names", daemon=True).start()
        return known

    def _is_stale(self) -> bool:
        change, read_at = self._read_at
        return change != self._index.n_changes or self._clock() - read_at > MAX_AGE_S

    def _read(self) -> Knowledge:
        # Noted before: while the store is away, not every search is to start another try.
        self._read_at = self._index.n_changes, self._clock()
        before = self._known.background if self._known else None
        self._known = Knowledge.of(self._index, self._synonyms, before)
        return self._known

    def _renew(self) -> None:
        try:
            self._read()
        except ShopwindowError:  # the index was closed, or its server is away: the old one serves
            LOG.warning("the catalogue's names could not be read again", exc_info=True)
        finally:
            self._renewing = False
