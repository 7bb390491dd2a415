"""Phrases that mean the same, by their stems; made once for a service."""

from collections.abc import Iterable, Sequence

from search.query.stems import Stems, stem_phrase


class SynonymIndex:
    """Looks up the phrases that mean the same as another.

    Args:
        groups: Groups of words and phrases that mean the same.
    """

    def __init__(self, groups: Iterable[Sequence[str]]) -> None:
        self._same: dict[Stems, list[Stems]] = {}
        for group in groups:
            forms = list(dict.fromkeys(stem_phrase(each) for each in group))
            for form in forms:
                others = (each for each in forms if each != form)
                self._same.setdefault(form, []).extend(others)
        self.stems = frozenset(stem for form in self._same for stem in form)
        """The stems of all their words."""

    def lookup(self, phrase: Stems) -> list[Stems]:
        """Return the other phrases that mean the same as this one."""
        return self._same.get(phrase, [])
