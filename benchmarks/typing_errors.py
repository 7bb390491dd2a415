"""Spelling correction: typing errors corrected, and correct words wrongly changed.

`python -m benchmarks.typing_errors --data FOLDER` takes the vocabulary of our samples and the
bilingual shop together, makes one seeded error in each of 500 words, and corrects them. Words that
must not be changed: the catalogue's own; those of at least three products of other catalogues
(electronics, Amazon, Icecat); and the words of each of the two shops, corrected by the other alone.
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
"""Products of another catalogue that must have a word before it counts as correct."""


def count_words(texts: Iterable[str]) -> Counter[str]:
    """Return how many texts have each word, in lower case, without numbers and codes."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update({token.surface.casefold() for token in analyze(text)})
    return Counter({word: n for word, n in counts.items() if word.isalpha()})


def join_vocabulary_texts(product: Product) -> str:
    """Return the texts of a product that spelling correction learns from."""
    titles = (product.title, *(translation.title for translation in product.translations.values()))
    others = (*product.category, product.brand, *product.attributes.values())
    return " ".join((*titles, *others))


def list_descriptions(product: Product) -> tuple[str, ...]:
    """Return the descriptions of a product, in all its languages."""
    return (
        product.description,
        *(translation.description for translation in product.translations.values()),
    )


def mistype(word: str, rng: np.random.Generator) -> str:
    """Return a word with one random edit: a deletion, insertion, replacement or transposition."""
    letters = ARABIC if is_arabic(word) else LATIN
    i = int(rng.integers(1, len(word)))
    letter = letters[int(rng.integers(len(letters)))]
    edits = (
        word[:i] + word[i + 1 :],
        word[:i] + letter + word[i:],
        word[:i] + letter + word[i + 1 :],
        word[: i - 1] + word[i] + word[i - 1] + word[i + 1 :],
    )
    return edits[int(rng.integers(len(edits)))]


def is_arabic(word: str) -> bool:
    """Return whether a word is written in Arabic letters."""
    return bool(re.search("[\u0600-\u06ff]", word))


def measure_errors(
    words: Sequence[str], vocabulary: Vocabulary, is_word: Callable[[str], bool]
) -> dict[str, Any]:
    """Mistype random words and correct them.

    Args:
        words: Correct words of one script.
        vocabulary: The vocabulary to correct by.
        is_word: Whether a word outside the vocabulary is correct.

    Returns:
        The number of words; the shares recovered, left as typed, and made another word.
    """
    rng = np.random.default_rng(SEED)
    counts: Counter[str] = Counter()
    while counts["asked"] < N_ERRORS:
        word = words[int(rng.integers(len(words)))]
        typed = mistype(word, rng)
        if vocabulary.contains(typed) or fold(typed) == fold(word):
            continue  # another correct word, or a variant that folding ignores
        corrected = correct_spelling(typed, vocabulary, is_word).text
        counts["asked"] += 1
        counts["recovered"] += analyze(corrected)[0].stem == analyze(word)[0].stem
        counts["left"] += corrected == typed
    n_words = counts["asked"]
    return {
        "n_asked": n_words,
        "recovered": round(counts["recovered"] / n_words, 4),
        "left_as_typed": round(counts["left"] / n_words, 4),
        "another_word": round((n_words - counts["recovered"] - counts["left"]) / n_words, 4),
    }


def measure_correct_words(
    words_by_vocabulary: Sequence[tuple[Sequence[str], Vocabulary]], is_word: Callable[[str], bool]
) -> dict[str, Any]:
    """Correct words that are correct already.

    Args:
        words_by_vocabulary: Words, each list with the vocabulary to correct by.
        is_word: Whether a word outside the vocabulary is correct.

    Returns:
        The number of words, the share that was changed, and examples of those.
    """
    changed = {}
    for words, vocabulary in words_by_vocabulary:
        for word in words:
            corrected = correct_spelling(word, vocabulary, is_word).text
            if corrected != word:
                changed[word] = corrected
    n_words = sum(len(words) for words, _ in words_by_vocabulary)
    share = round(len(changed) / max(n_words, 1), 4)
    return {"n_asked": n_words, "changed": share, "examples": dict(list(changed.items())[:20])}


def _build_vocabulary(products: Iterable[Product]) -> Vocabulary:
    return Vocabulary(count_words(join_vocabulary_texts(product) for product in products))


def main(data: DataFolder = DATA, encoder: EncoderName = "compact") -> None:
    """Measure and write `results/typing_errors.json`."""
    dictionary = SpellingDictionary(load_encoder(encoder), SynonymIndex(load_builtin_synonyms()))
    with tempfile.TemporaryDirectory() as photos:
        bilingual = read_bilingual(data, Path(photos))
    samples = list(read_products(Path("data_samples/catalog.csv")))
    products = [*samples, *bilingual]
    in_descriptions = frozenset(
        count_words(text for product in products for text in list_descriptions(product))
    )

    def is_word(word: str) -> bool:
        return word.casefold() in in_descriptions or dictionary.contains(word)

    shop, *halves = (_build_vocabulary(catalog) for catalog in (products, samples, bilingual))
    own_words = [word for word in sorted(shop.counts) if len(word) >= MIN_CORRECTABLE_LENGTH]
    others = count_words(
        join_vocabulary_texts(product)
        for judged_set in SETS
        for product in judged_set.products(data)
    )
    others += count_words(row.title for row in read_rows(data, "electronics"))
    other_words = [word for word, n in sorted(others.items()) if n >= MIN_PRODUCTS]
    latin = [word for word in other_words if word.isascii() and len(word) >= MIN_CORRECTABLE_LENGTH]
    pairs = list(zip(halves, reversed(halves), strict=True))
    results: dict[str, Any] = {}
    for name, arabic in (("english", False), ("arabic", True)):
        words = [word for word in own_words if is_arabic(word) == arabic]
        results[name] = {
            "errors": measure_errors(words, shop, is_word),
            "own_words": measure_correct_words([(words, shop)], is_word),
            "words_of_the_other_shop": measure_correct_words(
                [
                    ([word for word in words if word in other_vocabulary.counts], own_vocabulary)
                    for own_vocabulary, other_vocabulary in pairs
                ],
                dictionary.contains,
            ),
        }
    results["english"]["words_of_others"] = measure_correct_words([(latin, shop)], is_word)
    for name, numbers in results.items():
        print(name, numbers)
    facts = {"n_words": len(shop.counts), "encoder": encoder}
    command = "python -m benchmarks.typing_errors --data FOLDER"
    write_result("typing_errors", {**facts, **results}, command=command)


if __name__ == "__main__":
    typer.run(main)
