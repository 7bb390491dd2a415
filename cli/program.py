"""The program: its global options and the list of its commands."""

import inspect
import re
import tomllib
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.main import get_command

from cli.adapt_command import adapt
from cli.demo_command import demo
from cli.encoder_commands import encoders_program
from cli.evaluate_command import evaluate
from cli.events_command import events_program
from cli.fact_commands import info
from cli.index_command import index
from cli.match_command import match
from cli.people_commands import complements, feed, profile
from cli.report_command import report
from cli.rules_command import rules
from cli.search_commands import search, similar
from cli.serve_command import serve
from cli.suggest_command import suggest
from cli.tune_command import tune

if TYPE_CHECKING:
    from cli.invocation import Invocation

PROGRAM = "shopwindow"
_COMMANDS = (
    index, adapt, search, similar, suggest, feed, complements, profile, match, rules, report,
    evaluate, tune, serve, info, demo,
)  # fmt: skip


def program() -> Any:
    """Return the program, ready to be given arguments."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    options = app.callback(invoke_without_command=True, help=shown_help(global_options))
    options(global_options)
    for command in _COMMANDS:
        app.command(help=shown_help(command))(command)
    app.add_typer(encoders_program(shown_help), name="encoders")
    app.add_typer(events_program(shown_help), name="events")
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
    invocation: Invocation = ctx.obj
    invocation.location = location
    invocation.encoder = encoder
    invocation.debug = debug
    if wants_version:
        typer.echo(f"{PROGRAM} {_version()}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def shown_help(command: Callable[..., Any]) -> str:
    """Return what a command's docstring says to its users: its paragraphs, without sections."""
    words = re.split(r"\n\n(?:Returns|Raises):", inspect.getdoc(command) or "")[0]
    return "\n\n".join(" ".join(each.split()) for each in words.split("\n\n"))


def _version() -> str:
    try:
        return version(PROGRAM)
    except PackageNotFoundError:  # run from a checkout that is not installed
        project = Path(__file__).resolve().parents[1] / "pyproject.toml"
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
