"""Results of an event store's queries: counts and click rates."""

from dataclasses import dataclass
from datetime import date
from typing import Self


@dataclass(frozen=True, slots=True)
class DailyCount:
    """Number of events of a kind on one day in UTC."""

    day: date
    kind: str
    n_events: int


@dataclass(frozen=True, slots=True)
class PositionClickRate:
    """Impressions and clicks at one position of a surface; position 0 is unknown.

    `n_clicks` counts impressions that were clicked, so it never exceeds `n_impressions`.
    """

    surface: str
    position: int
    n_impressions: int
    n_clicks: int

    @property
    def click_rate(self) -> float:
        """Share of the impressions that were clicked."""
        return self.n_clicks / self.n_impressions


@dataclass(frozen=True, slots=True)
class RankerPerformance:
    """Click rates of one version of a ranker on one surface, plain and propensity-weighted.

    The weighted values are over the `n_with_propensity` impressions whose propensity was logged,
    each with the weight w = 1 / propensity, and None where there are none. With c = 1 for a
    clicked impression:

    - `ips` = sum(w c) / n. Source: Horvitz & Thompson (1952), JASA 47(260).
    - `snips` = sum(w c) / sum(w), the click rate if all products were equally likely to be shown.
      Source: Swaminathan & Joachims (2015), "The self-normalized estimator", NeurIPS.
    - `effective_sample_size` = sum(w)^2 / sum(w^2): the number of equally weighted impressions
      that would give the same variance; below some hundreds the estimates say little.
      Source: Kish (1965), Survey Sampling.
    """

    ranker: str
    version: str
    surface: str
    n_impressions: int
    n_clicks: int
    n_with_propensity: int
    ips: float | None
    snips: float | None
    effective_sample_size: float | None

    @classmethod
    def from_sums(
        cls,
        key: tuple[str, str, str],
        counts: tuple[int, int, int],
        sums: tuple[float, float, float],
    ) -> Self:
        """Return the rates computed from counts and weighted sums.

        Args:
            key: Ranker, version and surface.
            counts: Number of impressions, of clicked ones, and of those with a propensity.
            sums: Sums of w c, w and w^2 over the impressions with a propensity.
        """
        n_with_propensity = counts[2]
        if not n_with_propensity:
            return cls(*key, *counts, None, None, None)
        w_clicked, w, w_squared = sums
        return cls(*key, *counts, w_clicked / n_with_propensity, w_clicked / w, w * w / w_squared)

    @property
    def click_rate(self) -> float:
        """Share of the impressions that were clicked."""
        return self.n_clicks / self.n_impressions
