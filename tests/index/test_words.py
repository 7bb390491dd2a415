"""Words: folding and stemming in two scripts, and BM25 against a reference library."""

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.analyzer import analyze, fold
from index.text.bm25 import K1, B, build_document_vector, build_query_vector, idf

SAME = [
    ("dress", "Dresses"),
    ("running", "run"),
    ("قميص", "القميص"),
    ("قميص", "والقميص"),
    ("قميص", "بالقميص"),
    ("قميص", "قَمِيصٌ"),
    ("قميص", "قـــميص"),
    ("أحمر", "احمر"),
    ("أحمر", "الأحمر"),
    ("حقيبة", "حقيبه"),
    ("مصطفى", "مصطفي"),
    ("42", "٤٢"),
    ("42", "۴۲"),
    ("1.5", "١٫٥"),
    ("full", "ｆｕｌｌ"),
    ("T-shirt", "t-shirts"),
    ("men's", "men"),
    ("men’s", "men"),
    ("256 GB", "256gb"),
    ("14-inch", "14 inches"),
    ("1.5 l", "1.5l"),
    ("١٫٥ لتر", "1.5 liters"),
    ("500 مل", "500ml"),
]
FOUND_BY = [
    ("tshirt", "White T-shirt"),
    ("shirt", "White T-shirt"),
    ("DSLN10", "Router DSL-N10"),
    ("dsl n10", "Router DSL-N10"),
    ("n10", "Router DSL-N10"),
    ("crewneck", "crew-neck sweater"),
    ("256", "256GB phone"),
    ("gb", "256GB phone"),
]
DIFFERENT = [("dress", "shirt"), ("قميص", "فستان"), ("42", "43"), ("ال", "ل"), ("لون", "ون")]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_forms_of_one_word_find_each_other(one: str, other: str) -> None:
    assert [word.term_id for word in analyze(one)] == [word.term_id for word in analyze(other)]


@pytest.mark.parametrize(("query", "title"), FOUND_BY)
def test_ways_to_write_a_compound_find_it(query: str, title: str) -> None:
    assert {word.term_id for word in analyze(query)} <= {word.term_id for word in analyze(title)}


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert [word.term_id for word in analyze(one)] != [word.term_id for word in analyze(other)]


def test_a_text_keeps_its_order_and_surfaces() -> None:
    words = analyze("Red فستان, size-42 (new!)")
    assert [word.surface for word in words] == ["Red", "فستان", "size", "42", "size42", "new"]


def test_nothing_gives_no_words() -> None:
    assert analyze("") == ()
    assert analyze("— … !") == ()
    assert not build_query_vector(word.term_id for word in analyze("…"))


@given(st.text())
def test_any_text_is_analysed_and_folding_is_stable(text: str) -> None:
    for word in analyze(text):
        assert word.stem
        assert 0 <= word.term_id < 2**32
    assert fold(fold(text)) == fold(text)


@given(st.lists(st.sampled_from(["red", "dress", "فستان", "42"]), max_size=12))
def test_vectors_are_sorted_and_unique(words: list[str]) -> None:
    vector = build_document_vector(analyze(" ".join(words)), mean_doc_length=5)
    assert list(vector.indices) == sorted(set(vector.indices.tolist()))
    assert (vector.values > 0).all()


def test_scores_equal_a_reference_bm25() -> None:
    rng = np.random.default_rng(3)
    vocabulary = [f"word{n}" for n in range(60)]
    documents = [list(rng.choice(vocabulary, size=rng.integers(3, 30))) for _ in range(200)]
    reference = bm25s.BM25(method="lucene", k1=K1, b=B)
    reference.index(documents, show_progress=False)
    analysed = [analyze(" ".join(each)) for each in documents]
    mean = float(np.mean([len(each) for each in analysed]))
    vectors = [build_document_vector(each, mean) for each in analysed]
    containing = {n: sum(n in v.indices for v in vectors) for v in vectors for n in v.indices}
    query = ["word1", "word7", "word33"]
    asked = build_query_vector(word.term_id for word in analyze(" ".join(query)))
    weights = {n: idf(200, containing[n]) for n in asked.indices}
    ours = [
        sum(weights.get(n, 0) * w for n, w in zip(v.indices, v.values, strict=True))
        for v in vectors
    ]
    # Lucene leaves out the factor k1 + 1.
    theirs = (K1 + 1) * reference.get_scores(query)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)


def test_the_weight_is_the_formula() -> None:
    # tf 2 in a document of 3 words, mean 6: 2 * 1.8 / (2 + 0.8 * (0.5 + 0.5 * 3 / 6))
    vector = build_document_vector(analyze("red red dress"), mean_doc_length=6)
    assert max(vector.values) == pytest.approx(2 * 1.8 / (2 + 0.8 * 0.75))
