"""The catalogue's own words: what a mistyped word may have meant."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from index.text.analyzer import analyze, fold, get_stems

MIN_CORRECTABLE_LENGTH = 4
"""Letters below which a word has too many neighbours to be corrected."""

MIN_SUBSTITUTION_LENGTH = 5
"""Letters from which another letter is forgiven; a shorter word with another letter is too often
another word, perhaps of another language."""

TWO_EDIT_LENGTH = 8
"""Letters from which two errors are forgiven instead of one."""


class Vocabulary:
    """The words of a catalogue's titles, categories, brands and attributes.

    Args:
        counts: How many products have each word, as written, in small letters.
        languages: Those of the catalogue that have stemmers of their own.
    """

    def __init__(self, counts: Mapping[str, int], languages: tuple[str, ...] = ()) -> None:
        self.counts = counts
        self._languages = languages

    def contains(self, word: str) -> bool:
        """Return whether some product has the word, or another form of it in some language."""
        words = analyze(word)
        return all(self.has_any_stem(get_stems(each, self._languages)) for each in words)

    def has_all_stems(self, stems: tuple[str, ...]) -> bool:
        """Return whether every stem is that of some word of the catalogue."""
        return self._stems.issuperset(stems)

    def has_any_stem(self, stems: tuple[str, ...]) -> bool:
        """Return whether one of the stems is that of some word of the catalogue."""
        return not self._stems.isdisjoint(stems)

    def expand_stem(self, stem: str) -> tuple[str, ...]:
        """Return a stem, and those that the catalogue's words with it have in its languages."""
        return (stem, *self._by_stem.get(stem, ()))

    def find_nearest(self, word: str) -> str:
        """Return the word of the catalogue that was probably meant; empty when there is none.

        Of those with the fewest errors (a letter too many, missing, another, or two exchanged) it
        begins with the same letter, if one does, and is the one that most products have.

        Args:
            word: A word that the catalogue does not know.
        """
        folded = fold(word)
        if len(folded) < MIN_CORRECTABLE_LENGTH or any(letter.isdigit() for letter in folded):
            return ""
        forgiven = 2 if len(folded) >= TWO_EDIT_LENGTH else 1
        near: dict[str, int] = {}
        for length in range(len(folded) - forgiven, len(folded) + forgiven + 1):
            among = self._by_length.get(length, {})
            found = extract(
                folded, among.keys(), scorer=OSA.distance, score_cutoff=forgiven, limit=None
            )
            near |= {among[e]: int(n) for e, n, _ in found if _is_slip(folded, e, int(n))}
        return min(near, key=lambda each: self._preference(each, near[each], folded), default="")

    def split_compound(self, word: str) -> str:
        """Return two words of the catalogue that a word is made of; empty when it is not.

        Of several cuts it is the one whose rarer word is in most products: "firestick" is "fire
        stick".
        """
        cuts = [
            (word[:at], word[at:])
            for at in range(MIN_CORRECTABLE_LENGTH - 1, len(word) - MIN_CORRECTABLE_LENGTH + 2)
        ]
        known = [cut for cut in cuts if all(part in self.counts for part in cut)]
        best = max(known, key=lambda cut: (min(self.counts[p] for p in cut), cut), default=())
        return " ".join(best)

    def _preference(self, word: str, errors: int, folded: str) -> tuple[int, bool, int, str]:
        return errors, fold(word)[0] != folded[0], -self.counts[word], word

    @cached_property
    def _stems(self) -> frozenset[str]:
        words = (each for word in self.counts for each in analyze(word))
        return frozenset(stem for each in words for stem in get_stems(each, self._languages))

    @cached_property
    def _by_stem(self) -> Mapping[str, Sequence[str]]:
        """By English stem: the other stems of its words."""
        found: dict[str, dict[str, None]] = {}
        for each in (each for word in self.counts for each in analyze(word)):
            for stem in get_stems(each, self._languages)[1:]:
                found.setdefault(each.stem, {})[stem] = None
        return {stem: tuple(others) for stem, others in found.items()}

    @cached_property
    def _by_length(self) -> Mapping[int, Mapping[str, str]]:
        """By number of letters: the most frequent word as written, by its folded form."""
        found: dict[int, dict[str, str]] = {}
        for word in sorted(self.counts, key=lambda each: self.counts[each]):
            if len(word) >= MIN_CORRECTABLE_LENGTH - 1:
                folded = fold(word)
                found.setdefault(len(folded), {})[folded] = word
        return found


def _is_slip(typed: str, word: str, errors: int) -> bool:
    if errors > 1 and typed[0] != word[0]:
        return False
    return (
        len(typed) >= MIN_SUBSTITUTION_LENGTH
        or len(word) > len(typed)
        or sorted(word) == sorted(typed)
    )
