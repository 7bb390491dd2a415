"""A shop's own weights: read, and refused with what to do."""

from pathlib import Path

import pytest

from shopwindow.ranking import RankingWeights, read_weights
from shopwindow.values.errors import InvalidSettingError


def test_without_a_file_the_defaults_hold() -> None:
    assert read_weights("") == RankingWeights()
    assert RankingWeights().query.personal == 0.05
    assert RankingWeights().exploration.min_position == 2


def test_what_a_file_does_not_name_keeps_its_default(tmp_path: Path) -> None:
    path = tmp_path / "weights.toml"
    path.write_text(
        "[recommendations]\npopularity = 0.4\n[profile]\nhalf_life_days = 7\n", encoding="utf-8"
    )
    found = read_weights(path)
    assert (found.recommendations.popularity, found.recommendations.affinity) == (0.4, 1.0)
    assert found.profile.to_profile_settings().half_life_s == 7 * 86_400


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[recommendations]\npopularty = 1\n", "recommendations.popularty"),
        ("[fed]\npopularity = 1\n", "fed"),
        ("[recommendations]\npopularity = -1\n", "greater than or equal to 0"),
        ("[query]\npersonal = 3\n", "query.personal"),
        ("[feed\n", "a TOML file that can be read"),
    ],
)
def test_what_cannot_be_used_is_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "weights.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidSettingError, match=told):
        read_weights(path)


def test_a_missing_file_is_told() -> None:
    with pytest.raises(InvalidSettingError, match="nowhere"):
        read_weights("nowhere.toml")
