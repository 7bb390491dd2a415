"""Weights from the Hugging Face hub: from its cache when they are there, else after one look.

The hub's client asks the network about each file even when it has it, tries again for a long
while, and reports each failure by itself. Here the cache comes first, and where it does not do,
one request finds out within seconds whether the hub answers at all.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx
from huggingface_hub import constants
from huggingface_hub.errors import LocalEntryNotFoundError, OfflineModeIsEnabled

from embed.deadline import call_with_timeout
from shopwindow.values.errors import EncoderError, EncoderUnavailableError

T = TypeVar("T")

PROBE_TIMEOUT_S = 3.0
"""How long the hub may take to answer at all."""

OPEN_CLIP_CACHE_DIR = Path("~/.cache/clip")
"""Where open_clip keeps weights that have an address of their own. Source: open_clip 3.3."""

_SWITCH = threading.RLock()


def load_from_cache_or_hub(name: str, load: Callable[[], T], download_url: str = "") -> T:
    """Load a model from the cache if all of it is there, else download it.

    Args:
        name: The encoder's name, for the message.
        load: Loads the model with the libraries' own means; called a second time when files
            are missing and the hub answers.
        download_url: An address other than the hub's, of weights known not to be here.

    Returns:
        What `load` returns.

    Raises:
        EncoderUnavailableError: Files are missing and cannot be fetched, or loading fails.
    """
    cause: Exception | None = None
    if not download_url:
        try:
            return load_from_cache(name, load)
        except EncoderUnavailableError as exc:
            cause = exc.__cause__ if isinstance(exc.__cause__, Exception) else exc
    _require_answer(name, download_url or constants.ENDPOINT, cause)
    return _translated(name, load)


def check_model_available(name: str, repo_id: str = "") -> None:
    """Make sure, before heavy libraries are imported, that a model can be had at all.

    Args:
        name: The encoder's name, for the message.
        repo_id: "ORG/NAME" on the hub; empty when only the libraries know it.

    Raises:
        EncoderUnavailableError: Nothing of it is in the caches, and the hub does not answer.
    """
    folder = f"models--{repo_id.replace('/', '--')}" if repo_id else "models--*"
    cached = any(Path(constants.HF_HUB_CACHE).glob(folder))
    if not cached and (repo_id or not any(OPEN_CLIP_CACHE_DIR.expanduser().glob("*"))):
        _require_answer(name, constants.ENDPOINT, None)


def load_from_cache(name: str, load: Callable[[], T]) -> T:
    """Load a model from this machine alone.

    Args:
        name: The encoder's name, for the message.
        load: Loads the model with the libraries' own means.

    Returns:
        What `load` returns.

    Raises:
        EncoderUnavailableError: It cannot be loaded, or not without the hub.
    """
    with _offline():
        return _translated(name, load)


def _translated(name: str, load: Callable[[], T]) -> T:
    try:
        return load()
    except EncoderError:
        raise
    except Exception as exc:  # each library has its own errors for a missing or broken file
        raise EncoderUnavailableError(name, _first_line(exc)) from exc


@contextmanager
def silence_root_logger() -> Iterator[None]:
    """Keep open_clip from writing to the root logger, and so from setting it up for everybody."""
    root = logging.getLogger()
    silent = logging.NullHandler()
    root.addHandler(silent)  # with a handler there, logging.warning() does not add its own
    root.addFilter(_refuse)
    try:
        yield
    finally:
        root.removeFilter(_refuse)
        root.removeHandler(silent)


@contextmanager
def _offline() -> Iterator[None]:
    """Have the hub's client look into its cache only; one load at a time."""
    with _SWITCH:
        before = constants.HF_HUB_OFFLINE
        constants.HF_HUB_OFFLINE = True
        try:
            yield
        finally:
            constants.HF_HUB_OFFLINE = before


def _require_answer(name: str, address: str, cause: Exception | None) -> None:
    """Ask an address for a sign of life.

    Raises:
        EncoderUnavailableError: There is none; the message tells what else was wrong before.
    """
    failure = (
        "HF_HUB_OFFLINE is set" if constants.HF_HUB_OFFLINE else _describe_unreachable(address)
    )
    if failure:
        other = "" if cause is None or _is_missing(cause) else f" ({_first_line(cause)})"
        reason = f"it is not on this machine{other}, and {address} does not answer: {failure}"
        raise EncoderUnavailableError(name, reason) from cause


def _describe_unreachable(address: str) -> str:
    """Return why an address does not answer, or an empty text when it does."""
    try:
        answer = call_with_timeout(
            PROBE_TIMEOUT_S, lambda: httpx.head(address, timeout=PROBE_TIMEOUT_S)
        )
    except Exception as exc:  # noqa: BLE001 - whatever it is, the hub was not reached
        return _first_line(exc) or type(exc).__name__
    refused = answer.status_code in {403, 407} or answer.is_server_error
    return f"status {answer.status_code}" if refused else ""


def _is_missing(error: BaseException | None) -> bool:
    """Tell a file that is not in the cache from everything else that may go wrong.

    Returns:
        Whether this error, or one behind it, is the hub client's own for such a file.
    """
    while error is not None:
        if isinstance(error, LocalEntryNotFoundError | OfflineModeIsEnabled):
            return True
        error = error.__cause__ or error.__context__
    return False


def _first_line(error: object) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else ""


def _refuse(_: logging.LogRecord) -> bool:
    return False
