"""Files of weights are read, and refused with a message that names the key."""

from pathlib import Path

import pytest

from shopwindow.ranking import RankingWeights, read_weights
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
        ("[recommendations]\npopularity = -1\n", "greater than or equal to 0"),
        ("[query]\npersonal = 3\n", "query.personal"),
        ("[recommendations\n", "a TOML file that can be read"),
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
