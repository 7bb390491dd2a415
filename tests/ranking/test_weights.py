"""Files of weights are read, and refused with a message that names the key."""

import pickle
from pathlib import Path
from typing import Any

import pytest

from shopwindow.ranking import RankingWeights, read_weights
from shopwindow.ranking.weights import BaseWeights
from shopwindow.values.errors import InvalidSettingError


def test_without_a_file_all_weights_are_defaults() -> None:
    assert read_weights("") == RankingWeights()
    assert RankingWeights().query.personal == 0.05
    assert RankingWeights().exploration.min_position == 2


def test_missing_keys_keep_their_defaults(tmp_path: Path) -> None:
    path = tmp_path / "weights.toml"
    path.write_text(
        "[recommendations]\npopularity = 0.4\n[profile]\nhalf_life_days = 7\n", encoding="utf-8"
    )
    weights = read_weights(path)
    assert (weights.recommendations.popularity, weights.recommendations.affinity) == (0.4, 1.0)
    assert weights.profile.to_profile_settings().half_life_s == 7 * 86_400


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[recommendations]\npopularty = 1\n",
            "recommendations.popularty: expected one of popularity,",
        ),
        ("[fed]\npopularity = 1\n", "fed"),
        (
            "[recommendations]\npopularity = -1\n",
            "recommendations.popularity: expected a number of 0 or more, got -1",
        ),
        ("[query]\npersonal = 3\n", "query.personal"),
        ("[recommendations\n", "a TOML file that can be read"),
        ("query = 5\n", "query: expected a table of names, got 5"),
        ("[query]\nPersnal = 0.1\n", "got 'Persnal'. Did you mean `personal`?"),
        ("[query]\npersonal = 0.9\n", "query.personal: expected a number from 0 to 0.5, got 0.9"),
        ('[query]\npersonal = "x"\n', "query.personal: expected a number from 0 to 0.5, got 'x'"),
        ('[query]\npersonal = "٠٫١"\n', "from 0 to 0.5, in the digits 0 to 9, got"),
        ("[query]\npersonal = ٠.١\n", "line 2.* Write numbers in the digits 0 to 9"),
        ("[exploration]\nrate = 1\n", "exploration.rate: expected a number from 0, below 1, got 1"),
        (
            "[exploration]\npool_size = 2.5\n",
            "pool_size: expected a whole number from 1 to 500, got 2.5",
        ),
        ("[profile]\nhalf_life_days = 0\n", "half_life_days: expected a number above 0, got 0"),
    ],
)
def test_invalid_files_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "weights.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidSettingError, match=message):
        read_weights(path)


def test_a_missing_file_is_refused() -> None:
    with pytest.raises(InvalidSettingError, match="nowhere"):
        read_weights("nowhere.toml")


def test_every_mistake_of_a_file_is_reported_at_once(tmp_path: Path) -> None:
    path = tmp_path / "weights.toml"
    path.write_text("[query]\npersnal = 1\nfreshness = -1\n[fed]\nx = 1\n", encoding="utf-8")
    with pytest.raises(InvalidSettingError, match="persnal") as caught:
        read_weights(path)
    assert len(caught.value.problems) == 3
    assert caught.value.lines == caught.value.problems
    assert all(line.startswith(f"{path}: ") for line in caught.value.lines)
    assert (caught.value.field, caught.value.got) == (f"{path}: query.freshness", -1)
    restored = pickle.loads(pickle.dumps(caught.value))
    assert (str(restored), restored.problems) == (str(caught.value), caught.value.problems)


def test_numbers_in_quotation_marks_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    path = tmp_path / "weights.toml"
    path.write_text('\ufeff[query]\npersonal = "0.2"\n', encoding="utf-8")
    assert read_weights(path).query.personal == 0.2


def test_every_weight_is_described() -> None:
    for table in RankingWeights.model_fields.values():
        model: Any = table.annotation
        assert table.description
        assert all(field.description for field in model.model_fields.values()), model


@pytest.mark.parametrize("name", BaseWeights.model_fields)
@pytest.mark.parametrize("table", ["recommendations", "query"])
def test_a_small_weight_is_a_weight(tmp_path: Path, table: str, name: str) -> None:
    path = tmp_path / "weights.toml"
    path.write_text(f"[{table}]\n{name} = 0.001\n", encoding="utf-8")
    assert getattr(getattr(read_weights(path), table), name) == 0.001


def test_a_query_is_answered_by_relevance_alone_unless_a_weight_says_otherwise() -> None:
    query = RankingWeights().query
    assert (query.popularity, query.freshness) == (0.0, 0.0)
    assert (query.out_of_stock_penalty, query.seller_diversity_penalty) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("table", "name", "smallest"),
    [
        ("recommendations", "affinity", 0), ("recommendations", "co_engagement", 0),
        ("query", "personal", 0), ("exploration", "rate", 0), ("profile", "n_interests", 1),
    ],
)  # fmt: skip
def test_what_can_be_switched_off(tmp_path: Path, table: str, name: str, smallest: int) -> None:
    path = tmp_path / "weights.toml"
    path.write_text(f"[{table}]\n{name} = {smallest}\n", encoding="utf-8")
    assert getattr(getattr(read_weights(path), table), name) == smallest
    path.write_text(f"[{table}]\n{name} = {smallest - 1}\n", encoding="utf-8")
    with pytest.raises(InvalidSettingError, match=f"{table}.{name}"):
        read_weights(path)
