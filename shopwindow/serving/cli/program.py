"""The program: its global options and the table of its commands."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.main import get_group

from shopwindow.serving.cli.command_loading import CommandEntry, LazyCommand, format_help
from shopwindow.version import __version__

if TYPE_CHECKING:
    from shopwindow.serving.cli.context import CliContext

PROGRAM_NAME = "shopwindow"

COMMANDS = (
    CommandEntry(
        "index",
        "index:index",
        "Read a catalogue into the index; only what is new or changed costs time.",
    ),
    CommandEntry(
        "update",
        "update:update",
        "Change prices, stock and other values of indexed products; nothing is encoded.",
    ),
    CommandEntry(
        "adapt", "adapt:adapt", "Fine-tune the encoder on a shop's own photos and titles."
    ),
    CommandEntry(
        "search",
        "search:search",
        "Find products by words, by photos, or by both; with neither, browse by the filters.",
    ),
    CommandEntry("similar", "similar:similar", "Find products similar to one of the index."),
    CommandEntry(
        "suggest",
        "suggest:suggest",
        "Complete a query with the catalogue's categories, brands and words.",
    ),
    CommandEntry(
        "recommend",
        "recommend:recommend",
        "Show the home page of one visitor: what is recommended to them, and why.",
    ),
    CommandEntry(
        "complements",
        "complements:complements",
        "Find what goes with a product: bought with it, or of other kinds in its style.",
    ),
    CommandEntry(
        "profile",
        "profile:profile",
        "Show a visitor's profile: interests, preferences, prices, and recent interactions.",
    ),
    CommandEntry(
        "match",
        "match:match",
        "Run a visual search for each of many photos, and write the matches into a spreadsheet.",
    ),
    CommandEntry(
        "rules",
        "rules:rules",
        "Check a file of rules, and show them with the pairs that contradict each other.",
    ),
    CommandEntry("audit", "audit:audit", "Audit the catalogue in the index for what is wrong."),
    CommandEntry(
        "evaluate",
        "evaluate:evaluate",
        "Measure relevance (nDCG, MRR, ...) on judged queries, and compare settings.",
    ),
    CommandEntry(
        "tune", "tune:tune", "Find the search weights with the best metric on judged queries."
    ),
    CommandEntry("serve", "serve:serve", "Open the search page of the index; Ctrl-C ends it."),
    CommandEntry("info", "info:info", "Show the settings in force and the facts about the index."),
    CommandEntry(
        "demo",
        "demo:demo",
        "Index the sample catalogue into var/demo, run three searches, and show the results.",
    ),
    CommandEntry(
        "encoders",
        "encoders:app",
        "List the known encoders; others of their families load as well.",
    ),
    CommandEntry(
        "events",
        "events:app",
        "Manage the log of impressions and interactions (SHOPWINDOW_EVENTS__FOLDER).",
    ),
    CommandEntry(
        "profiles", "profiles:app", "Manage the profiles that are learned from the event log."
    ),
)
"""The commands, in the order of the help."""


def build_program() -> Any:
    """Return the program: a click group, ready to be given arguments."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    options = app.callback(invoke_without_command=True, help=format_help(read_global_options))
    options(read_global_options)
    program = get_group(app)
    for entry in COMMANDS:
        program.add_command(LazyCommand(entry))
    return program


def read_global_options(
    ctx: typer.Context,
    location: Annotated[
        str,
        typer.Option("--index", metavar="LOCATION", help="A folder, or the address of a server."),
    ] = "",
    encoder: Annotated[
        str, typer.Option("--encoder", metavar="NAME", help="See `shopwindow encoders`.")
    ] = "",
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    shows_version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.")
    ] = False,
) -> None:
    """Find products by words and photos, in English and Arabic.

    Options of this list stand before the command. Settings come from the environment
    (SHOPWINDOW_INDEX__LOCATION, SHOPWINDOW_ENCODER__NAME, ...) or a `.env` file.

    Raises:
        Exit: The version was asked for and shown.
    """
    context: CliContext = ctx.obj
    context.index_location = location
    context.encoder = encoder
    context.debug = debug
    if shows_version:
        typer.echo(f"{PROGRAM_NAME} {__version__}")
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
