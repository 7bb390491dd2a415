"""Load weights from the Hugging Face hub: from its local cache if complete, else by download.

The hub's client asks the network about each file even when it is cached, retries for a long time,
and reports each failure separately. Here the cache is tried first, and on a miss one probe request
finds out within seconds whether the hub is reachable at all.
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

from shopwindow.fetching import call_with_timeout
from shopwindow.values.errors import EncoderError, EncoderUnavailableError

T = TypeVar("T")

PROBE_TIMEOUT_S = 3.0
"""Seconds that the hub may take to answer the probe."""

OPEN_CLIP_CACHE_DIR = Path("~/.cache/clip")
"""Where open_clip caches weights that it downloads by URL. Source: open_clip 3.3."""

_OFFLINE_LOCK = threading.RLock()


def load_from_cache_or_hub(name: str, load: Callable[[], T], download_url: str = "") -> T:
    """Load a model from the cache if all its files are there, else download it.

    Args:
        name: The encoder's name, for error messages.
        load: Loads the model through its library; called a second time when files are missing
            and the hub is reachable.
        download_url: URL of weights outside the hub that are known not to be cached; empty for
            models of the hub.

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
    _check_reachable(name, download_url or constants.ENDPOINT, cause)
    return _load_or_raise_unavailable(name, load)


def check_model_available(name: str, repo_id: str = "") -> None:
    """Check, before heavy libraries are imported, that a model is cached or the hub reachable.

    Args:
        name: The encoder's name, for error messages.
        repo_id: "ORG/NAME" on the hub; empty when only the libraries know it.

    Raises:
        EncoderUnavailableError: No file of it is cached, and the hub does not answer.
    """
    cache_folder = f"models--{repo_id.replace('/', '--')}" if repo_id else "models--*"
    is_cached = any(Path(constants.HF_HUB_CACHE).glob(cache_folder))
    if not is_cached and (repo_id or not any(OPEN_CLIP_CACHE_DIR.expanduser().glob("*"))):
        _check_reachable(name, constants.ENDPOINT, None)


def load_from_cache(name: str, load: Callable[[], T]) -> T:
    """Load a model from local files only, with the hub's client offline.

    Args:
        name: The encoder's name, for error messages.
        load: Loads the model through its library.

    Returns:
        What `load` returns.

    Raises:
        EncoderUnavailableError: It cannot be loaded from local files.
    """
    with _offline():
        return _load_or_raise_unavailable(name, load)


def _load_or_raise_unavailable(name: str, load: Callable[[], T]) -> T:
    try:
        return load()
    except EncoderError:
        raise
    except Exception as exc:  # each library has its own errors for a missing or broken file
        raise EncoderUnavailableError(name, _first_line(exc)) from exc


@contextmanager
def silence_root_logger() -> Iterator[None]:
    """Keep open_clip from logging to the root logger, which would configure it for everybody."""
    root = logging.getLogger()
    handler = logging.NullHandler()
    root.addHandler(handler)  # with a handler there, logging.warning() does not add its own
    root.addFilter(_reject_record)
    try:
        yield
    finally:
        root.removeFilter(_reject_record)
        root.removeHandler(handler)


@contextmanager
def _offline() -> Iterator[None]:
    """Switch the hub's client to its cache only; one load at a time."""
    with _OFFLINE_LOCK:
        before = constants.HF_HUB_OFFLINE
        constants.HF_HUB_OFFLINE = True
        try:
            yield
        finally:
            constants.HF_HUB_OFFLINE = before


def _check_reachable(name: str, url: str, cause: Exception | None) -> None:
    """Probe a URL.

    Raises:
        EncoderUnavailableError: It does not answer; the message also names the earlier cause.
    """
    failure = "HF_HUB_OFFLINE is set" if constants.HF_HUB_OFFLINE else _describe_unreachable(url)
    if failure:
        earlier = "" if cause is None or _is_missing(cause) else f" ({_first_line(cause)})"
        reason = f"it is not on this machine{earlier}, and {url} does not answer: {failure}"
        raise EncoderUnavailableError(name, reason) from cause


def _describe_unreachable(url: str) -> str:
    """Return why a URL does not answer, or an empty text when it does."""
    try:
        response = call_with_timeout(
            PROBE_TIMEOUT_S, lambda: httpx.head(url, timeout=PROBE_TIMEOUT_S)
        )
    except Exception as exc:  # noqa: BLE001 - whatever it is, the hub was not reached
        return _first_line(exc) or type(exc).__name__
    is_refused = response.status_code in {403, 407} or response.is_server_error
    return f"status {response.status_code}" if is_refused else ""


def _is_missing(error: BaseException | None) -> bool:
    """Return whether this error, or one in its chain, says that a file is not in the cache."""
    while error is not None:
        if isinstance(error, LocalEntryNotFoundError | OfflineModeIsEnabled):
            return True
        error = error.__cause__ or error.__context__
    return False


def _first_line(error: object) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else ""


def _reject_record(_: logging.LogRecord) -> bool:
    return False
