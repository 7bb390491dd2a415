"""The vocabulary of a catalogue, searched for the nearest words to a mistyped one."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from index.text import analyze, fold, get_stems

MIN_CORRECTABLE_LENGTH = 4
"""Letters below which a word has too many neighbours to be corrected."""

MIN_SUBSTITUTION_LENGTH = 5
"""Letters from which a substitution is corrected; a shorter word with one letter replaced is too
often another word, perhaps of another language."""

TWO_EDIT_LENGTH = 8
"""Letters from which two edits are corrected instead of one."""


class Vocabulary:
    """The words of a catalogue's titles, categories, brands and attributes.

    Attributes:
        counts: How many products have each word, as written, in lower case.

    Args:
        counts: As the attribute.
        languages: Those of the catalogue that have stemmers of their own.
    """

    def __init__(self, counts: Mapping[str, int], languages: tuple[str, ...] = ()) -> None:
        self.counts = counts
        self._languages = languages

    def contains(self, word: str) -> bool:
        """Return whether some product has the word, or another form of it in some language."""
        tokens = analyze(word)
        return all(self.has_any_stem(get_stems(token, self._languages)) for token in tokens)

    def has_all_stems(self, stems: tuple[str, ...]) -> bool:
        """Return whether the catalogue has a word with each of the stems."""
        return self._stems.issuperset(stems)

    def has_any_stem(self, stems: tuple[str, ...]) -> bool:
        """Return whether the catalogue has a word with any of the stems."""
        return not self._stems.isdisjoint(stems)

    def expand_stem(self, stem: str) -> tuple[str, ...]:
        """Return a stem, and the stems of its words in the catalogue's other languages."""
        return (stem, *self._by_stem.get(stem, ()))

    def find_nearest(self, word: str) -> str:
        """Return the catalogue's nearest word to an unknown one; empty when none is near.

        Nearest is the fewest edits (a letter inserted, deleted, replaced, or two transposed); among
        equals a word with the same first letter, then the one that most products have.

        Args:
            word: A word that the catalogue does not have.
        """
        folded = fold(word)
        if len(folded) < MIN_CORRECTABLE_LENGTH or any(letter.isdigit() for letter in folded):
            return ""
        max_edits = 2 if len(folded) >= TWO_EDIT_LENGTH else 1
        edits_by_word: dict[str, int] = {}
        for length in range(len(folded) - max_edits, len(folded) + max_edits + 1):
            words = self._by_length.get(length, {})
            matches = extract(
                folded, words.keys(), scorer=OSA.distance, score_cutoff=max_edits, limit=None
            )
            for match, n_edits, _ in matches:
                if _is_typing_error(folded, match, int(n_edits)):
                    edits_by_word[words[match]] = int(n_edits)
        return min(
            edits_by_word,
            key=lambda candidate: self._rank_key(candidate, edits_by_word[candidate], folded),
            default="",
        )

    def split_compound(self, word: str) -> str:
        """Return the two catalogue words that a word is made of; empty when there are none.

        Of several splits, the one whose rarer word is in most products is taken: "firestick" is
        "fire stick".
        """
        splits = [
            (word[:i], word[i:])
            for i in range(MIN_CORRECTABLE_LENGTH - 1, len(word) - MIN_CORRECTABLE_LENGTH + 2)
        ]
        valid = [split for split in splits if all(half in self.counts for half in split)]
        best = max(
            valid, key=lambda split: (min(self.counts[half] for half in split), split), default=()
        )
        return " ".join(best)

    def _rank_key(self, word: str, n_edits: int, folded: str) -> tuple[int, bool, int, str]:
        """Return the sort key of a candidate correction; the best is the least."""
        return n_edits, fold(word)[0] != folded[0], -self.counts[word], word

    @cached_property
    def _stems(self) -> frozenset[str]:
        tokens = (token for word in self.counts for token in analyze(word))
        return frozenset(stem for token in tokens for stem in get_stems(token, self._languages))

    @cached_property
    def _by_stem(self) -> Mapping[str, Sequence[str]]:
        """The stems of words in other languages, by their English stem."""
        stems_by_stem: dict[str, dict[str, None]] = {}
        for token in (token for word in self.counts for token in analyze(word)):
            for stem in get_stems(token, self._languages)[1:]:
                stems_by_stem.setdefault(token.stem, {})[stem] = None
        return {stem: tuple(others) for stem, others in stems_by_stem.items()}

    @cached_property
    def _by_length(self) -> Mapping[int, Mapping[str, str]]:
        """The most frequent word as written, by number of letters and folded form."""
        words_by_length: dict[int, dict[str, str]] = {}
        for word in sorted(self.counts, key=lambda word: self.counts[word]):
            if len(word) >= MIN_CORRECTABLE_LENGTH - 1:
                folded = fold(word)
                words_by_length.setdefault(len(folded), {})[folded] = word
        return words_by_length


def _is_typing_error(typed: str, word: str, n_edits: int) -> bool:
    if n_edits > 1 and typed[0] != word[0]:
        return False
    return (
        len(typed) >= MIN_SUBSTITUTION_LENGTH
        or len(word) > len(typed)
        or sorted(word) == sorted(typed)
    )
