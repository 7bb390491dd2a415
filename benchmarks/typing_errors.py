"""Typing errors: how many are undone, and how many right words are wrongly changed.

`python -m benchmarks.typing_errors --data FOLDER` takes the words of our samples together with
those of the bilingual shop, makes one seeded error in each of 500, and asks for them. Words that
must not be changed: the catalogue's own, and those that stand in at least three products of others
(electronics, Amazon, Icecat; in Arabic the words of the shipped synonyms).
"""

import re
import tempfile
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.datasets import read_bilingual, read_rows
from benchmarks.judged import SETS
from benchmarks.results_file import SEED, write_result
from core import Product
from core.encoder import KnowsWords
from core.synonyms import shipped_synonyms
from embed import load_encoder
from index import read_products
from index.analyser import analyse, fold
from search.spelling import corrected
from search.vocabulary import SHORTEST, Vocabulary

N_ERRORS = 250
"""Mistyped words of each script."""

LATIN, ARABIC = "abcdefghijklmnopqrstuvwxyz", "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
MIN_PRODUCTS = 3
"""Products of another catalogue that must have a word before it counts as right."""


def words_of(texts: Iterable[str]) -> Counter[str]:
    """Return in how many texts each word stands, in small letters, without numbers and codes."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update({word.surface.casefold() for word in analyse(text)})
    return Counter({word: n for word, n in counts.items() if word.isalpha()})


def names_of(product: Product) -> str:
    """Return the texts of a product that spelling is corrected by."""
    titles = (product.title, *(each.title for each in product.translations.values()))
    others = (*product.category, product.brand, *product.attributes.values())
    return " ".join((*titles, *others))


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
    words: Sequence[str], vocabulary: Vocabulary, known: Container[str], encoder: KnowsWords
) -> dict[str, Any]:
    """Mistype words and correct them again.

    Args:
        words: Right words of one script.
        vocabulary: What is corrected by.
        known: Words of descriptions, which are not corrected.
        encoder: Knows the words of its languages.

    Returns:
        Counts and shares.
    """
    rng = np.random.default_rng(SEED)
    found: Counter[str] = Counter()
    while found["asked"] < N_ERRORS:
        word = words[int(rng.integers(len(words)))]
        slip = mistyped(word, rng)
        if vocabulary.knows(slip) or fold(slip) == fold(word):
            continue  # another right word, or a spelling that is folded anyway
        used = corrected(slip, vocabulary, lambda each: _known(each, known, encoder)).text
        found["asked"] += 1
        found["recovered"] += analyse(used)[0].stem == analyse(word)[0].stem
        found["left"] += used == slip
    asked = found["asked"]
    return {
        "n_asked": asked,
        "recovered": round(found["recovered"] / asked, 4),
        "left_as_typed": round(found["left"] / asked, 4),
        "another_word": round((asked - found["recovered"] - found["left"]) / asked, 4),
    }


def measure_right_words(
    words: Sequence[str], vocabulary: Vocabulary, known: Container[str], encoder: KnowsWords
) -> dict[str, Any]:
    """Ask for right words.

    Returns:
        How many, the share that was changed, and some of those.
    """
    changed = {}
    for word in words:
        used = corrected(word, vocabulary, lambda each: _known(each, known, encoder)).text
        if used != word:
            changed[word] = used
    share = round(len(changed) / max(len(words), 1), 4)
    return {"n_asked": len(words), "changed": share, "examples": dict(list(changed.items())[:20])}


def _known(word: str, known: Container[str], encoder: KnowsWords) -> bool:
    return word.casefold() in known or encoder.knows_word(word.casefold())


def main(
    data: Annotated[Path, typer.Option(help="Folder of the research data.")] = Path(
        "../shared/data"
    ),
    encoder: Annotated[str, typer.Option(help="Encoder that guards right words.")] = "compact",
) -> None:
    """Measure and write `results/typing_errors.json`.

    Raises:
        TypeError: The encoder cannot tell words from errors.
    """
    guard = load_encoder(encoder)
    if not isinstance(guard, KnowsWords):
        raise TypeError(f"{encoder} knows no words")
    with tempfile.TemporaryDirectory() as photos:
        shop = read_bilingual(data, Path(photos))
    products = [*read_products(Path("data_samples/catalog.csv")), *shop]
    vocabulary = Vocabulary(words_of(names_of(each) for each in products))
    described = [
        text
        for each in products
        for text in (each.description, *(t.description for t in each.translations.values()))
    ]
    known = frozenset(words_of(described))
    own = [word for word in sorted(vocabulary.counts) if len(word) >= SHORTEST]
    others = words_of(names_of(each) for one in SETS for each in one.products(data))
    others += words_of(row.title for row in read_rows(data, "electronics"))
    elsewhere = [word for word, n in sorted(others.items()) if n >= MIN_PRODUCTS]
    arabic = words_of(word for group in shipped_synonyms() for word in group if is_arabic(word))
    parts: dict[str, tuple[list[str], list[str]]] = {
        "english": (
            [word for word in own if not is_arabic(word)],
            [word for word in elsewhere if word.isascii() and len(word) >= SHORTEST],
        ),
        "arabic": (
            [word for word in own if is_arabic(word)],
            [word for word in sorted(arabic) if len(word) >= SHORTEST],
        ),
    }
    found = {
        name: {
            "errors": measure_errors(mine, vocabulary, known, guard),
            "own_words": measure_right_words(mine, vocabulary, known, guard),
            "words_of_others": measure_right_words(theirs, vocabulary, known, guard),
        }
        for name, (mine, theirs) in parts.items()
    }
    for name, numbers in found.items():
        print(name, numbers)
    facts = {"n_words": len(vocabulary.counts), "encoder": encoder}
    command = "python -m benchmarks.typing_errors --data FOLDER"
    write_result("typing_errors", {**facts, **found}, command=command)


if __name__ == "__main__":
    typer.run(main)
