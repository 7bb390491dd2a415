"""The text analyzer in two scripts, and BM25 against a reference library."""

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.analyzer import analyze, fold
from index.text.bm25 import K1, B, build_document_vector, build_query_vector, idf

MATCHING = [
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
COMPOUNDS = [
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


@pytest.mark.parametrize(("left", "right"), MATCHING)
def test_forms_of_one_word_match(left: str, right: str) -> None:
    assert [token.term_id for token in analyze(left)] == [token.term_id for token in analyze(right)]


@pytest.mark.parametrize(("query", "title"), COMPOUNDS)
def test_a_compound_matches_its_spellings(query: str, title: str) -> None:
    assert {token.term_id for token in analyze(query)} <= {
        token.term_id for token in analyze(title)
    }


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_different_words_do_not_match(left: str, right: str) -> None:
    assert [token.term_id for token in analyze(left)] != [token.term_id for token in analyze(right)]


def test_tokens_keep_the_order_and_surfaces_of_the_text() -> None:
    tokens = analyze("Red فستان, size-42 (new!)")
    assert [token.surface for token in tokens] == ["Red", "فستان", "size", "42", "size42", "new"]


def test_text_without_words_gives_no_tokens() -> None:
    assert analyze("") == ()
    assert analyze("— … !") == ()
    assert not build_query_vector(token.term_id for token in analyze("…"))


@given(st.text())
def test_any_text_is_analyzed_and_folding_is_idempotent(text: str) -> None:
    for token in analyze(text):
        assert token.stem
        assert 0 <= token.term_id < 2**32
    assert fold(fold(text)) == fold(text)


@given(st.lists(st.sampled_from(["red", "dress", "فستان", "42"]), max_size=12))
def test_document_vectors_have_sorted_unique_term_ids(words: list[str]) -> None:
    vector = build_document_vector(analyze(" ".join(words)), mean_doc_length=5)
    assert list(vector.indices) == sorted(set(vector.indices.tolist()))
    assert (vector.values > 0).all()


def test_scores_equal_a_reference_bm25() -> None:
    rng = np.random.default_rng(3)
    vocabulary = [f"word{n}" for n in range(60)]
    documents = [list(rng.choice(vocabulary, size=rng.integers(3, 30))) for _ in range(200)]
    reference = bm25s.BM25(method="lucene", k1=K1, b=B)
    reference.index(documents, show_progress=False)
    analyzed = [analyze(" ".join(tokens)) for tokens in documents]
    mean_doc_length = float(np.mean([len(tokens) for tokens in analyzed]))
    vectors = [build_document_vector(tokens, mean_doc_length) for tokens in analyzed]
    document_frequencies = {
        n: sum(n in v.indices for v in vectors) for v in vectors for n in v.indices
    }
    query = ["word1", "word7", "word33"]
    query_vector = build_query_vector(token.term_id for token in analyze(" ".join(query)))
    weights = {n: idf(200, document_frequencies[n]) for n in query_vector.indices}
    scores = [
        sum(weights.get(n, 0) * w for n, w in zip(v.indices, v.values, strict=True))
        for v in vectors
    ]
    # Lucene leaves out the factor k1 + 1.
    expected = (K1 + 1) * reference.get_scores(query)
    np.testing.assert_allclose(scores, expected, rtol=1e-4)


def test_the_weight_follows_the_formula() -> None:
    # tf 2 in a document of 3 words, mean 6: 2 * 1.8 / (2 + 0.8 * (0.5 + 0.5 * 3 / 6))
    vector = build_document_vector(analyze("red red dress"), mean_doc_length=6)
    assert max(vector.values) == pytest.approx(2 * 1.8 / (2 + 0.8 * 0.75))
