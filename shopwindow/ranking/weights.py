"""Weights of the score contributions; a shop may override them with a TOML file of its own."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shopwindow.ranking.profile_settings import DAY_S, MINUTE_S, ProfileSettings
from shopwindow.ranking.score_blending import MAX_PERSONAL_CONTRIBUTION
from shopwindow.values.config import make_setting_error, read_toml
from shopwindow.values.errors import InvalidSettingError


class _WeightsTable(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class BaseWeights(_WeightsTable):
    """Weights of contributions that do not depend on the visitor."""

    popularity: float = Field(
        0.0, ge=0, description="Expected engagement rate, 0 to 1; the shop's usual rate gives 0.5."
    )
    freshness: float = Field(0.0, ge=0, description="Newness in the catalogue, 0 to 1.")
    freshness_half_life_days: float = Field(
        30.0, gt=0, description="Age in days at which the freshness contribution has halved."
    )
    out_of_stock_penalty: float = Field(
        0.0, ge=0, description="Subtracted from products that are out of stock."
    )
    seller_diversity_penalty: float = Field(
        0.0, ge=0, description="Subtracted once per higher-ranked product of the same merchant."
    )

    @classmethod
    def describe(cls, name: str) -> str:
        """Return the description of a field."""
        return cls.model_fields[name].description or ""


class RecommendationWeights(BaseWeights):
    """Weights of recommendations, which have no query: affinity leads."""

    affinity: float = Field(1.0, ge=0, description="Affinity with the visitor's profile, -1 to 1.")
    co_engagement: float = Field(
        0.1,
        ge=0,
        description="Co-occurrence with the visitor's recent products in other visits, 0 to 1.",
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
    """Weights of search results, for text and image queries: relevance leads."""

    personal: float = Field(
        MAX_PERSONAL_CONTRIBUTION,
        ge=0,
        le=0.5,
        description="Largest absolute value of the personal contribution.",
    )


class ExplorationSettings(_WeightsTable):
    """How many slots of a slate go to products with few impressions."""

    rate: float = Field(0.1, ge=0, lt=1, description="Probability that an open slot explores.")
    min_position: int = Field(
        2, ge=1, description="First position that may explore; positions begin at 1."
    )
    min_impressions: float = Field(
        30.0, gt=0, description="Impressions from which a product is no longer explored."
    )
    pool_size: int = Field(
        50, ge=1, le=500, description="Most products in the pool, those with the highest affinity."
    )


class ProfileOptions(_WeightsTable):
    """How fast profiles decay, and how many interests they hold."""

    half_life_days: float = Field(14.0, gt=0, description="Half-life of an interaction's weight.")
    session_half_life_minutes: float = Field(
        1440.0, gt=0, description="Half-life of the extra weight that a recent interaction has."
    )
    n_interests: int = Field(5, ge=1, le=20, description="Most interests per visitor.")

    def to_profile_settings(self) -> ProfileSettings:
        """Return the options as `ProfileSettings`, in seconds."""
        return ProfileSettings(
            n_interests=self.n_interests,
            half_life_s=self.half_life_days * DAY_S,
            session_half_life_s=self.session_half_life_minutes * MINUTE_S,
        )


class RankingWeights(_WeightsTable):
    """All ranking weights of one shop; every table has defaults."""

    recommendations: RecommendationWeights = Field(
        RecommendationWeights(), description="Recommendations, which have no query."
    )
    query: QueryWeights = Field(QueryWeights(), description="Searches by text and photo.")
    exploration: ExplorationSettings = Field(
        ExplorationSettings(), description="Slots for products with few impressions."
    )
    profile: ProfileOptions = Field(ProfileOptions(), description="How profiles decay.")


def read_weights(path: str | Path) -> RankingWeights:
    """Read ranking weights from a TOML file; missing keys keep their defaults.

    Args:
        path: The file; empty for all defaults.

    Returns:
        The validated weights.

    Raises:
        InvalidSettingError: The file cannot be read, keys are unknown, or values are out of range;
            the error has every problem of the file.
    """
    if not str(path):
        return RankingWeights()
    values = read_toml(Path(path), lambda reason: _refuse_file(path, reason))
    try:
        return RankingWeights.model_validate(values)
    except ValidationError as exc:
        error = make_setting_error(exc, RankingWeights, path)
        raise error from exc


def _refuse_file(path: str | Path, reason: str) -> InvalidSettingError:
    return InvalidSettingError(
        "search.weights_file", f"a TOML file that can be read ({reason})", str(path)
    )
