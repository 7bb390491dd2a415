"""Typing errors: how many are undone, and how many right words are wrongly changed.

`python -m benchmarks.typing_errors --data FOLDER` takes the words of our samples and the bilingual
shop together, makes one seeded error in each of 500, and asks for them. Words that must not be
changed: the catalogue's own; those that stand in at least three products of others (electronics,
Amazon, Icecat); and those of each of the two shops, asked of the other alone.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import typer

from benchmarks.datasets import DATA, DataFolder, EncoderName, read_bilingual, read_rows
from benchmarks.judged import SETS
from benchmarks.results_file import SEED, write_result
from embed import load_encoder
from index import read_products
from index.text.analyzer import analyze, fold
from search.query.known_words import SpellingDictionary
from search.query.spelling import correct_spelling
from search.query.synonym_expansion import SynonymIndex
from search.query.vocabulary import MIN_CORRECTABLE_LENGTH, Vocabulary
from shopwindow.values import Product
from shopwindow.values.synonyms import load_builtin_synonyms

N_ERRORS = 250
"""Mistyped words of each script."""

LATIN, ARABIC = "abcdefghijklmnopqrstuvwxyz", "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
MIN_PRODUCTS = 3
"""Products of another catalogue that must have a word before it counts as right."""


def words_of(texts: Iterable[str]) -> Counter[str]:
    """Return in how many texts each word stands, in small letters, without numbers and codes."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update({word.surface.casefold() for word in analyze(text)})
    return Counter({word: n for word, n in counts.items() if word.isalpha()})


def names_of(product: Product) -> str:
    """Return the texts of a product that spelling is corrected by."""
    titles = (product.title, *(translation.title for translation in product.translations.values()))
    others = (*product.category, product.brand, *product.attributes.values())
    return " ".join((*titles, *others))


def texts_of(product: Product) -> tuple[str, ...]:
    """Return the descriptions of a product, in all its languages."""
    return (
        product.description,
        *(translation.description for translation in product.translations.values()),
    )


def mistyped(word: str, rng: np.random.Generator) -> str:
    """Return a word with one slip: a letter too few, too many, another, or two exchanged."""
    letters = ARABIC if is_arabic(word) else LATIN
    at = int(rng.integers(1, len(word)))
    new = letters[int(rng.integers(len(letters)))]
    slips = (
        word[:at] + word[at + 1 :],
        word[:at] + new + word[at:],
        word[:at] + new + word[at + 1 :],
        word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :],
    )
    return slips[int(rng.integers(len(slips)))]


def is_arabic(word: str) -> bool:
    """Return whether a word is written in Arabic letters."""
    return bool(re.search("[\u0600-\u06ff]", word))


def measure_errors(
    words: Sequence[str], vocabulary: Vocabulary, is_word: Callable[[str], bool]
) -> dict[str, Any]:
    """Mistype words and correct them again.

    Args:
        words: Right words of one script.
        vocabulary: What is corrected by.
        is_word: What is known beside it.

    Returns:
        Counts and shares.
    """
    rng = np.random.default_rng(SEED)
    found: Counter[str] = Counter()
    while found["asked"] < N_ERRORS:
        word = words[int(rng.integers(len(words)))]
        slip = mistyped(word, rng)
        if vocabulary.contains(slip) or fold(slip) == fold(word):
            continue  # another right word, or a spelling that is folded anyway
        used = correct_spelling(slip, vocabulary, is_word).text
        found["asked"] += 1
        found["recovered"] += analyze(used)[0].stem == analyze(word)[0].stem
        found["left"] += used == slip
    asked = found["asked"]
    return {
        "n_asked": asked,
        "recovered": round(found["recovered"] / asked, 4),
        "left_as_typed": round(found["left"] / asked, 4),
        "another_word": round((asked - found["recovered"] - found["left"]) / asked, 4),
    }


def measure_right_words(
    asked: Sequence[tuple[Sequence[str], Vocabulary]], is_word: Callable[[str], bool]
) -> dict[str, Any]:
    """Ask for right words.

    Args:
        asked: Words, and the vocabulary that they are asked of.
        is_word: What is known beside it.

    Returns:
        How many, the share that was changed, and some of those.
    """
    changed = {}
    for words, vocabulary in asked:
        for word in words:
            used = correct_spelling(word, vocabulary, is_word).text
            if used != word:
                changed[word] = used
    n_words = sum(len(words) for words, _ in asked)
    share = round(len(changed) / max(n_words, 1), 4)
    return {"n_asked": n_words, "changed": share, "examples": dict(list(changed.items())[:20])}


def _vocabulary(products: Iterable[Product]) -> Vocabulary:
    return Vocabulary(words_of(names_of(product) for product in products))


def main(data: DataFolder = DATA, encoder: EncoderName = "compact") -> None:
    """Measure and write `results/typing_errors.json`."""
    guard = SpellingDictionary(load_encoder(encoder), SynonymIndex(load_builtin_synonyms()))
    with tempfile.TemporaryDirectory() as photos:
        bilingual = read_bilingual(data, Path(photos))
    samples = list(read_products(Path("data_samples/catalog.csv")))
    products = [*samples, *bilingual]
    in_texts = frozenset(words_of(text for product in products for text in texts_of(product)))

    def is_word(word: str) -> bool:
        return word.casefold() in in_texts or guard.contains(word)

    shop, *parts = (_vocabulary(product) for product in (products, samples, bilingual))
    own = [word for word in sorted(shop.counts) if len(word) >= MIN_CORRECTABLE_LENGTH]
    others = words_of(
        names_of(product) for judged_set in SETS for product in judged_set.products(data)
    )
    others += words_of(row.title for row in read_rows(data, "electronics"))
    elsewhere = [word for word, n in sorted(others.items()) if n >= MIN_PRODUCTS]
    latin = [word for word in elsewhere if word.isascii() and len(word) >= MIN_CORRECTABLE_LENGTH]
    halves = list(zip(parts, reversed(parts), strict=True))
    found: dict[str, Any] = {}
    for name, arabic in (("english", False), ("arabic", True)):
        words = [word for word in own if is_arabic(word) == arabic]
        found[name] = {
            "errors": measure_errors(words, shop, is_word),
            "own_words": measure_right_words([(words, shop)], is_word),
            "words_of_the_other_shop": measure_right_words(
                [([w for w in words if w in theirs.counts], mine) for mine, theirs in halves],
                guard.contains,
            ),
        }
    found["english"]["words_of_others"] = measure_right_words([(latin, shop)], is_word)
    for name, numbers in found.items():
        print(name, numbers)
    facts = {"n_words": len(shop.counts), "encoder": encoder}
    command = "python -m benchmarks.typing_errors --data FOLDER"
    write_result("typing_errors", {**facts, **found}, command=command)


if __name__ == "__main__":
    typer.run(main)
