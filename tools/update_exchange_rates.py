"""Writes the shipped exchange rates from a day's file of the currency-api.

Run as `python -m tools.update_exchange_rates usd.json VERSION`: `usd.json` lies in `v1/currencies`
of the npm package @fawazahmed0/currency-api, whose repository, fawazahmed0/exchange-api, gives the
figures away (CC0-1.0).
"""

import json
import sys
from pathlib import Path

from index.text.currency_names import CURRENCY_CODES
from shopwindow.values.exchange_rates import SHIPPED_RATES, read_exchange_rates

BASE = "USD"


def format_rates(day: str, version: str, rates: dict[str, float]) -> str:
    """Return the TOML text of the rates of currencies in use, units for one US dollar."""
    lines = [
        f'base = "{BASE}"',
        f"as_of = {day}",
        f'source = "currency-api {version}, github.com/fawazahmed0/exchange-api"',
        "",
        "[rates]",
        *(
            f"{code} = {float(rate):.8g}"
            for code, rate in sorted(rates.items())
            if code in CURRENCY_CODES and code != BASE
        ),
    ]
    return "\n".join(lines) + "\n"


def main(source: Path, version: str) -> None:
    """Write the file, and read it again."""
    day_file = json.loads(source.read_text())
    rates = {code.upper(): rate for code, rate in day_file[BASE.lower()].items()}
    SHIPPED_RATES.write_text(format_rates(day_file["date"], version, rates))
    read_exchange_rates(SHIPPED_RATES)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
