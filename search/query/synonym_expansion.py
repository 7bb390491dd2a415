"""Synonyms, looked up by the stems of a phrase."""

from collections.abc import Iterable, Sequence

from search.query.stems import Stems, stem_phrase


class SynonymIndex:
    """Looks up the synonyms of a phrase.

    Attributes:
        stems: The stems of all words of all groups.

    Args:
        groups: Groups of words and phrases that mean the same.
    """

    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        self._synonyms: dict[Stems, list[Stems]] = {}
        for group in groups:
            phrases = list(dict.fromkeys(stem_phrase(member) for member in group))
            for phrase in phrases:
                others = (other for other in phrases if other != phrase)
                self._synonyms.setdefault(phrase, []).extend(others)
        self.stems = frozenset(stem for phrase in self._synonyms for stem in phrase)

    def lookup(self, phrase: Stems) -> list[Stems]:
        """Return the other phrases that mean the same as this one, by their stems."""
        return self._synonyms.get(phrase, [])
