"""The command line: asks the Python API, shows its answers, turns errors into one line."""

from cli.edge import run
from cli.exit_codes import ExitCode

__all__ = ["ExitCode", "run"]
