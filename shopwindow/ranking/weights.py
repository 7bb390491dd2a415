"""What each part of an order weighs; a shop may give a file of its own weights."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shopwindow.ranking.profile_settings import DAY_S, MINUTE_S, ProfileSettings
from shopwindow.ranking.score_blending import MAX_PERSONAL_CONTRIBUTION
from shopwindow.values.errors import InvalidSettingError


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BaseWeights(_Table):
    """What does not depend on the visitor."""

    popularity: float = Field(
        0.0, ge=0, description="Expected share of clicks; a half is usual, 0 to 1."
    )
    freshness: float = Field(0.0, ge=0, description="New in the catalogue, 0 to 1.")
    freshness_half_life_days: float = Field(
        30.0, gt=0, description="After this newness counts half."
    )
    out_of_stock_penalty: float = Field(
        0.0, ge=0, description="Taken off what cannot be bought now."
    )
    seller_diversity_penalty: float = Field(
        0.0, ge=0, description="Taken off for each product of the same merchant before it."
    )

    @classmethod
    def describe(cls, name: str) -> str:
        """Return what a field is for."""
        return cls.model_fields[name].description or ""


class RecommendationWeights(BaseWeights):
    """Pages without a query: taste leads."""

    affinity: float = Field(1.0, ge=0, description="What suits the visitor, -1 to 1.")
    co_engagement: float = Field(
        0.1, ge=0, description="Touched by others together with what the visitor touched, 0 to 1."
    )
    popularity: float = Field(0.1, ge=0, description=BaseWeights.describe("popularity"))
    freshness: float = Field(0.02, ge=0, description=BaseWeights.describe("freshness"))
    out_of_stock_penalty: float = Field(
        0.5, ge=0, description=BaseWeights.describe("out_of_stock_penalty")
    )
    seller_diversity_penalty: float = Field(
        0.02, ge=0, description=BaseWeights.describe("seller_diversity_penalty")
    )


class QueryWeights(BaseWeights):
    """Answers to words and photos: relevance leads."""

    personal: float = Field(
        MAX_PERSONAL_CONTRIBUTION,
        ge=0,
        le=0.5,
        description="Most that a visitor's taste adds or takes off.",
    )


class ExplorationSettings(_Table):
    """Places of feeds that are given to products of which little is known."""

    rate: float = Field(0.1, ge=0, lt=1, description="Probability of each place to be given.")
    min_position: int = Field(2, ge=1, description="First place that may be given; 1 is the first.")
    min_impressions: float = Field(
        30.0, gt=0, description="Looks after which enough is known of a product."
    )
    pool_size: int = Field(
        50, ge=1, le=500, description="Products that are tried at most, those that suit best."
    )


class ProfileOptions(_Table):
    """How fast tastes change."""

    half_life_days: float = Field(14.0, gt=0, description="After this a click weighs half.")
    session_half_life_minutes: float = Field(
        1440.0, gt=0, description="After this what a click weighs beyond that is half."
    )
    n_interests: int = Field(5, ge=1, le=20, description="Most interests of one visitor.")

    def to_profile_settings(self) -> ProfileSettings:
        """Return the settings of profiles."""
        return ProfileSettings(
            n_interests=self.n_interests,
            half_life_s=self.half_life_days * DAY_S,
            session_half_life_s=self.session_half_life_minutes * MINUTE_S,
        )


class RankingWeights(_Table):
    """All weights of one shop, each table with defaults."""

    recommendations: RecommendationWeights = RecommendationWeights()
    query: QueryWeights = QueryWeights()
    exploration: ExplorationSettings = ExplorationSettings()
    profile: ProfileOptions = ProfileOptions()


def read_weights(path: str | Path) -> RankingWeights:
    """Read a TOML file of weights; what it does not name keeps its default.

    Args:
        path: The file; empty for the defaults.

    Returns:
        The weights.

    Raises:
        InvalidSettingError: The file cannot be read, a name in it is unknown, or a value does not
            fit.
    """
    if not str(path):
        return RankingWeights()
    try:
        values: dict[str, Any] = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        expected = f"a TOML file that can be read ({exc})"
        raise InvalidSettingError("search.weights", expected, str(path)) from exc
    try:
        return RankingWeights.model_validate(values)
    except ValidationError as exc:
        first = exc.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise InvalidSettingError(f"{path}: {name}", first["msg"], first.get("input")) from exc
