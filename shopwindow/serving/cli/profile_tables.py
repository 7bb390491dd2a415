"""A visitor's profile: a table and lines for people, JSON for programs."""

from collections.abc import Mapping

import typer
from rich.table import Table
from rich.text import Text

from shopwindow.serving.cli.output import get_stdout_console, print_line, sanitize_line, to_json
from shopwindow.serving.cli.recommendations import open_personalized_service
from shopwindow.values import (
    Interest,
    PreferredPriceRange,
    UserProfileView,
    serialize_profile_view,
)
from shopwindow.values.display_formats import format_price, format_time
from shopwindow.values.settings import Settings


def show_profile(settings: Settings, user: str, as_json: bool) -> None:
    """Show the profile of a visitor.

    Args:
        settings: The settings in force.
        user: The visitor.
        as_json: One JSON document instead of tables.

    Raises:
        ProfileError: The profile cannot be read.
        IndexStoreError: There is no index there, or it cannot be opened.
        EventLogError: The log cannot be read.
    """
    with open_personalized_service(settings) as service:
        profile = service.profile(user)
    if as_json:
        typer.echo(to_json(serialize_profile_view(profile)))
        return
    if not (profile.n_interactions or profile.recent_interactions):
        print_line(f"No interactions of {user} are known.")
        return
    print_line(f"{profile.n_interactions:,} interactions")
    get_stdout_console().print(_build_interest_table(profile))
    for line in _describe_preferences(profile):
        print_line(line)


def _build_interest_table(profile: UserProfileView) -> Table:
    table = Table()
    table.add_column("weight", justify="right")
    table.add_column("interest")
    for sign, interests in (("", profile.interests), ("-", profile.dislikes)):
        for interest in interests:
            titles = Text(sanitize_line(_join_titles(interest)))
            table.add_row(f"{sign}{interest.weight:.0%}", titles)
    return table


def _join_titles(interest: Interest) -> str:
    return "; ".join(product.title or product.id for product in interest.products)


def _describe_preferences(profile: UserProfileView) -> list[str]:
    lines = [f"{name}: {_join_weights(weights)}" for name, weights in profile.preferences.items()]
    lines += [
        _describe_prices(currency, prices) for currency, prices in profile.preferred_prices.items()
    ]
    return lines + [
        f"{format_time(interaction.time)} {interaction.kind} "
        f"{interaction.product.id} {interaction.product.title}"
        for interaction in profile.recent_interactions
    ]


def _describe_prices(currency: str, prices: PreferredPriceRange) -> str:
    low, typical, high = (
        format_price(price, currency) for price in (prices.low, prices.typical, prices.high)
    )
    return f"price: usually {typical} ({low} to {high})"


def _join_weights(weights: Mapping[str, float]) -> str:
    return ", ".join(f"{value} {weight:+.2f}" for value, weight in weights.items())
