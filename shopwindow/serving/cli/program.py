"""The program: its global options and the list of its commands."""

import inspect
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.main import get_command

from shopwindow.serving.cli.adapt_command import adapt
from shopwindow.serving.cli.audit_command import audit
from shopwindow.serving.cli.demo_command import demo
from shopwindow.serving.cli.encoder_commands import build_encoders_app
from shopwindow.serving.cli.evaluate_command import evaluate
from shopwindow.serving.cli.events_command import build_events_app
from shopwindow.serving.cli.index_command import index
from shopwindow.serving.cli.info_command import info
from shopwindow.serving.cli.match_command import match
from shopwindow.serving.cli.recommend_commands import complements, profile, recommend
from shopwindow.serving.cli.rules_command import rules
from shopwindow.serving.cli.search_commands import search, similar
from shopwindow.serving.cli.serve_command import serve
from shopwindow.serving.cli.suggest_command import suggest
from shopwindow.serving.cli.tune_command import tune
from shopwindow.version import __version__

if TYPE_CHECKING:
    from shopwindow.serving.cli.context import CliContext

PROGRAM_NAME = "shopwindow"
_COMMANDS = (
    index, adapt, search, similar, suggest, recommend, complements, profile, match, rules, audit,
    evaluate, tune, serve, info, demo,
)  # fmt: skip


def build_app() -> Any:
    """Return the program, ready to be given arguments."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    options = app.callback(invoke_without_command=True, help=format_help(global_options))
    options(global_options)
    for command in _COMMANDS:
        app.command(help=format_help(command))(command)
    app.add_typer(build_encoders_app(format_help), name="encoders")
    app.add_typer(build_events_app(format_help), name="events")
    return get_command(app)


def global_options(
    ctx: typer.Context,
    location: Annotated[
        str,
        typer.Option("--index", metavar="LOCATION", help="A folder, or the address of a server."),
    ] = "",
    encoder: Annotated[
        str, typer.Option("--encoder", metavar="NAME", help="See `shopwindow encoders`.")
    ] = "",
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    wants_version: Annotated[
        bool, typer.Option("--version", help="Show the version and end.")
    ] = False,
) -> None:
    """Find products by words and photos, in English and Arabic.

    Options of this list stand before the command. Settings come from the environment
    (SHOPWINDOW_INDEX__LOCATION, SHOPWINDOW_ENCODER__NAME, ...) or a `.env` file.

    Raises:
        Exit: The version was asked for and shown.
    """
    invocation: CliContext = ctx.obj
    invocation.index_location = location
    invocation.encoder = encoder
    invocation.debug = debug
    if wants_version:
        typer.echo(f"{PROGRAM_NAME} {__version__}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def format_help(command: Callable[..., Any]) -> str:
    """Return what a command's docstring says to its users: its paragraphs, without sections."""
    words = re.split(r"\n\n(?:Returns|Raises):", inspect.getdoc(command) or "")[0]
    return "\n\n".join(" ".join(each.split()) for each in words.split("\n\n"))
