"""One run of the command line: its global options, and what is opened from the settings."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import typer

    from index import ProductIndex
    from search import SearchService
    from shopwindow.eventlog import EventLog, LinkedIds
    from shopwindow.values.settings import Settings

Launch: TypeAlias = Callable[["SearchService", "Settings"], None]
"""Serves the page until Ctrl-C."""


@dataclass(slots=True)
class CliContext:
    """What every command gets.

    Attributes:
        launch: Serves the page.
        index_location: The index given with `--index`; empty to take that of the settings.
        encoder: The encoder given with `--encoder`; empty to take that of the settings.
        debug: Show tracebacks.
    """

    launch: Launch
    index_location: str = ""
    encoder: str = ""
    debug: bool = False

    def load_settings(self, location: str = "") -> "Settings":
        """Read the settings; options of the command line override them.

        Args:
            location: The index when `--index` was not given; empty for that of the settings.

        Returns:
            The settings in force.

        Raises:
            InvalidSettingError: A setting is unknown, mistyped or out of range.
        """
        from shopwindow.values.settings import read_settings  # noqa: PLC0415 -- `--help` does without

        settings = read_settings()
        location = self.index_location or location or settings.index.location
        encoder = self.encoder or settings.encoder.name
        return settings.model_copy(
            update={
                "index": settings.index.model_copy(update={"location": location}),
                "encoder": settings.encoder.model_copy(update={"name": encoder}),
            }
        )


def load_settings(ctx: "typer.Context") -> "Settings":
    """Return the settings in force for a command; see `CliContext.load_settings`.

    Raises:
        InvalidSettingError: A setting is unknown, mistyped or out of range.
    """
    context: CliContext = ctx.obj
    return context.load_settings()


@contextmanager
def open_index(settings: "Settings", must_exist: bool = True) -> Iterator["ProductIndex"]:
    """Open the index of the settings with the encoder of the settings.

    Args:
        settings: The settings in force.
        must_exist: Refuse to create a new index.

    Yields:
        The index; it is closed when the block ends.

    Raises:
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: There is no index there, or it cannot be opened.
    """
    from embed import load_encoder  # noqa: PLC0415 -- `--help` does without
    from index import ProductIndex  # noqa: PLC0415

    encoder = load_encoder(
        settings.encoder.name, photo_limits=settings.photo, settings=settings.encoder
    )
    key = settings.index.api_key
    with ProductIndex.open(
        settings.index.location,
        encoder,
        api_key=key.get_secret_value() if key else None,
        settings=settings.index,
        must_exist=must_exist,
    ) as index:
        yield index


@contextmanager
def open_service(
    settings: "Settings",
    events: "EventLog | None" = None,
    logs_impressions: bool = True,
    consume_events: bool = True,
) -> Iterator["SearchService"]:
    """Open a search service over the settings' index.

    Args:
        settings: The settings in force.
        events: The log of impressions and interactions; nothing is logged when None.
        logs_impressions: False to look at what visitors would see without logging it.
        consume_events: Whether to learn profiles from the log when no other process does.

    Yields:
        The service; it and its index are closed when the block ends.

    Raises:
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: There is no index there, or it cannot be opened.
        EventLogError: Events that wait cannot be written.
    """
    from search import Runtime, SearchService  # noqa: PLC0415 -- `--help` does without

    def erase_from_store(user_id: str, traces: "LinkedIds") -> object:
        from shopwindow.eventlog.analytics import (  # noqa: PLC0415 -- rarely needed
            erase_from_configured_store,
        )

        return erase_from_configured_store(settings.events, user_id, traces)

    with (
        open_index(settings) as index,
        Runtime(index, settings.search, events, consume_events=consume_events) as runtime,
        SearchService(runtime=runtime) as service,
    ):
        service.recorder.impressions_enabled = logs_impressions
        service.on_erase = erase_from_store
        yield service


@contextmanager
def open_event_log(settings: "Settings") -> Iterator["EventLog | None"]:
    """Open the event log, if it is enabled.

    Yields:
        The log, closed when the block ends; None when logging is disabled.

    Raises:
        EventLogError: It cannot be opened.
    """
    if not settings.events.enabled:
        yield None
        return
    from shopwindow.eventlog import EventLog  # noqa: PLC0415 -- most commands do without

    with EventLog.open(settings.events.folder) as log:
        yield log
