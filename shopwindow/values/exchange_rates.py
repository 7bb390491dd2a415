"""Exchange rates of a TOML file: prices in several currencies are compared in one."""

import logging
import os
import threading
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import Field

from shopwindow.values.config import Problem, checked_dataclass, read_toml
from shopwindow.values.errors import ExchangeRatesError

LOG = logging.getLogger(__name__)

SHIPPED_RATES = Path(__file__).with_name("exchange_rates.toml")


CurrencyCode: TypeAlias = Annotated[str, Field(pattern="^[A-Z]{3}$")]
Rate: TypeAlias = Annotated[float, Field(gt=0, allow_inf_nan=False)]

_PLACE = "(values)"


def _make_error(problems: Sequence[Problem]) -> ExchangeRatesError:
    return ExchangeRatesError(_PLACE, "; ".join(str(problem) for problem in problems))


@checked_dataclass(_make_error)
class ExchangeRates:
    """Exchange rates of one day.

    Attributes:
        base: ISO 4217 code of the currency that the rates are given for.
        as_of: The day of the rates.
        source: Where they come from.
        rates: Units of each currency for one unit of `base`, by ISO code; above zero.

    Raises:
        ExchangeRatesError: A field is missing or unknown, or a rate is not a number above zero.
    """

    base: CurrencyCode
    as_of: date
    source: str
    rates: Mapping[CurrencyCode, Rate]

    def get_factor(self, source: str, target: str) -> float | None:
        """Return what one unit of a currency is worth in another; None without a rate."""
        if source == target:
            return 1.0
        units = [1.0 if code == self.base else self.rates.get(code) for code in (source, target)]
        return None if units[0] is None or units[1] is None else units[1] / units[0]


def read_exchange_rates(path: Path) -> ExchangeRates:
    """Return the rates of a TOML file: `base`, `as_of`, `source`, and a table `[rates]`.

    Raises:
        ExchangeRatesError: The file cannot be read, or a value is wrong; the error names the file.
    """
    tables = read_toml(path, lambda reason: ExchangeRatesError(path, reason))
    try:
        return ExchangeRates(**tables)
    except ExchangeRatesError as exc:
        raise ExchangeRatesError(path, exc.reason) from exc


class ExchangeRatesFile:
    """A file of exchange rates that may change while it is in use. Safe for several threads.

    Args:
        path: The TOML file; None for the rates that are shipped.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or SHIPPED_RATES
        self._lock = threading.Lock()
        self._state: tuple[int, int, int] | None = None
        self._rates: ExchangeRates | None = None

    def read(self) -> ExchangeRates:
        """Return the rates as the file has them.

        While a changed file is wrong, the rates before it stay in force and a warning is logged.

        Raises:
            ExchangeRatesError: The file was wrong from the beginning.
        """
        state = self._read_state()
        with self._lock:
            if self._rates is None or state != self._state:
                try:
                    self._rates = read_exchange_rates(self._path)
                except ExchangeRatesError as exc:
                    if self._rates is None:
                        raise
                    LOG.warning("%s; the former rates stay in force", exc)
                self._state = state
            return self._rates

    def _read_state(self) -> tuple[int, int, int] | None:
        try:
            status = os.stat(self._path)
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino
