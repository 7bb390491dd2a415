"""The program: its list of commands, their help, and modules loaded only when asked for."""

import pytest

from shopwindow.serving.cli import ExitCode
from shopwindow.serving.cli.command_loading import CommandEntry
from shopwindow.serving.cli.program import COMMANDS
from tests.serving.cli.conftest import CliRunner


def test_without_a_command_the_help_is_shown(cli: CliRunner) -> None:
    shown = cli()
    assert (shown.code, shown.err) == (ExitCode.OK, "")
    for command in ("index", "search", "similar", "serve", "encoders", "info", "demo"):
        assert f" {command} " in shown.out


def test_help_has_no_docstring_sections(cli: CliRunner) -> None:
    assert "Returns:" not in cli("index", "--help").out


def test_version_is_shown(cli: CliRunner) -> None:
    assert cli("--version").out == "shopwindow 0.1.0\n"


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda entry: entry.name)
def test_the_list_has_the_first_line_of_each_commands_help(entry: CommandEntry) -> None:
    command = entry.load()
    assert command.name in {entry.name, ""}
    assert command.help.partition("\n")[0] == entry.help


@pytest.mark.parametrize("group", ["events", "profiles"])
def test_a_group_without_a_command_shows_its_help(cli: CliRunner, group: str) -> None:
    outcome = cli(group)
    assert (outcome.code, outcome.err) == (ExitCode.OK, "")
    assert outcome.out == cli(group, "--help").out


def test_an_unknown_command_of_a_group_is_refused(cli: CliRunner) -> None:
    outcome = cli("profiles", "rebild")
    assert outcome.code == ExitCode.USAGE
    assert "No such command 'rebild'. Did you mean 'rebuild'?" in outcome.err
