"""Counts and click rates that a store of events answers with."""

from dataclasses import dataclass
from datetime import date
from typing import Self


@dataclass(frozen=True, slots=True)
class DailyCount:
    """How many events of a kind there were on one day in UTC."""

    day: date
    kind: str
    n_events: int


@dataclass(frozen=True, slots=True)
class PositionClickRate:
    """How often what was shown at a position was clicked; position 0 is unknown.

    `n_clicks` counts impressions that were clicked, so that it never exceeds `n_impressions`.
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
    """What came of one version of a ranker on one surface.

    The weighted values are over the impressions whose propensity was logged, each with the weight
    w = 1 / propensity, and None where there are none. With c = 1 for a clicked impression:

    - `ips` = sum(w c) / n. Source: Horvitz & Thompson (1952), JASA 47(260).
    - `snips` = sum(w c) / sum(w), the click rate had everything been as likely to be shown.
      Source: Swaminathan & Joachims (2015), "The self-normalized estimator", NeurIPS.
    - `effective_sample_size` = sum(w)^2 / sum(w^2): how many equally likely impressions the estimates are
      worth; below some hundreds they say little. Source: Kish (1965), Survey Sampling.
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
        """Return the rates of sums.

        Args:
            key: Ranker, version and surface.
            counts: Impressions, those clicked, those with a propensity.
            sums: Over those with a propensity: of w c, of w and of w^2.
        """
        n_weighted = counts[2]
        if not n_weighted:
            return cls(*key, *counts, None, None, None)
        clicked, weight, square = sums
        return cls(*key, *counts, clicked / n_weighted, clicked / weight, weight * weight / square)

    @property
    def click_rate(self) -> float:
        """Share of the impressions that were clicked."""
        return self.n_clicks / self.n_impressions
