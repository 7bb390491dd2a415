"""The command line: asks the Python API, shows its answers, turns errors into one line."""

from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.main import run

__all__ = ["ExitCode", "run"]
