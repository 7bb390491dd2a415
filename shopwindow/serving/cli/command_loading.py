"""Commands whose modules are imported only when they, or their help, are asked for."""

import inspect
import pkgutil
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import typer
from typer.core import TyperCommand
from typer.main import get_command

COMMANDS_PACKAGE = "shopwindow.serving.cli.commands"


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A command of the program, as the list of commands shows it.

    Attributes:
        name: What is typed.
        target: `module:attribute` below `shopwindow.serving.cli.commands`; the attribute is the
            function that runs the command, or the `typer.Typer` of a group of commands.
        help: One line: the first of the command's own help.
    """

    name: str
    target: str
    help: str

    def load(self) -> Any:
        """Import the command.

        Returns:
            A click command or group.
        """
        target = pkgutil.resolve_name(f"{COMMANDS_PACKAGE}.{self.target}")
        if isinstance(target, typer.Typer):
            return get_command(target)
        app = typer.Typer(add_completion=False)
        app.command(self.name, help=format_help(target))(target)
        return get_command(app)


class LazyCommand(TyperCommand):
    """Stands in the list of commands for one that is not imported yet.

    Args:
        entry: The command.
    """

    def __init__(self, entry: CommandEntry) -> None:
        super().__init__(entry.name, help=entry.help)
        self._entry = entry

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        """Import the command, and let it read its own arguments.

        Returns:
            The context of the command itself, which click then invokes.
        """
        return self._entry.load().make_context(*args, **kwargs)


def build_group(description: str, commands: Mapping[str, Callable[..., Any]]) -> typer.Typer:
    """Return a group of commands, such as `shopwindow events`.

    Args:
        description: Help of the group.
        commands: The functions that run the commands, by name, in the order of the help.
    """
    group = typer.Typer(add_completion=False)
    group.callback(invoke_without_command=True, help=description)(_show_group_help)
    for name, command in commands.items():
        group.command(name, help=format_help(command))(command)
    return group


def _show_group_help(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def format_help(command: Callable[..., Any]) -> str:
    """Return a command's docstring as its help: the paragraphs, without Google-style sections."""
    description = re.split(r"\n\n(?:Returns|Raises):", inspect.getdoc(command) or "")[0]
    return "\n\n".join(" ".join(part.split()) for part in description.split("\n\n"))
