"""The command line: calls the Python API, prints its responses, turns errors into one line."""

from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.main import main

__all__ = ["ExitCode", "main"]
