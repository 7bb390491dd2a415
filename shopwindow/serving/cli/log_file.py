"""The log file, which keeps the tracebacks that the terminal does not show."""

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path

_MAX_BYTES = 1_000_000
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def get_log_path() -> Path:
    """Return the path of the log.

    Source: XDG base directory specification: logs are state, by default in ~/.local/state.
    """
    state_home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state_home) / "shopwindow" / "shopwindow.log"


def configure_logging() -> Path | None:
    """Write warnings and errors of this process to the log file from now on. Idempotent.

    Returns:
        The file; None where it cannot be written: a command must not fail because of its log.
    """
    path = get_log_path()
    root = logging.getLogger()
    file_names = {getattr(handler, "baseFilename", "") for handler in root.handlers}
    if str(path.absolute()) in file_names:
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            path,
            maxBytes=_MAX_BYTES,
            backupCount=1,
            encoding="utf-8",
            errors="backslashreplace",  # names of files need not be valid Unicode
        )
    except OSError:
        root.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(logging.Formatter(_FORMAT))
    root.addHandler(handler)
    return path


def log_failure(error: BaseException) -> Path | None:
    """Write an error with its traceback to the log.

    Returns:
        The file; None when it could not be written.
    """
    path = configure_logging()
    logging.getLogger("shopwindow").error("%s", type(error).__name__, exc_info=error)
    return path
