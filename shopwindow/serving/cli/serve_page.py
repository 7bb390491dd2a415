"""The search page, served until Ctrl-C."""

from contextlib import suppress
from threading import Thread

from search import SearchService
from shopwindow.serving.cli.context import Launch, open_event_log, open_service
from shopwindow.serving.cli.log_file import configure_logging
from shopwindow.serving.cli.output import print_notice
from shopwindow.values.errors import ShopwindowError
from shopwindow.values.settings import Settings


def serve_page(settings: Settings, launch: Launch) -> None:
    """Serve the page of the settings' index until Ctrl-C.

    Args:
        settings: The settings in force.
        launch: Serves the page.

    Raises:
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: There is no index there, or it cannot be opened.
        EventLogError: The event log is enabled and cannot be opened.
    """
    configure_logging()
    with (
        open_event_log(settings) as events,
        open_service(settings, events, consume_events=settings.events.consume) as service,
    ):
        Thread(target=_warm_up, args=(service,), name="warm-up", daemon=True).start()
        print_notice(f"opening the page of {service.index.count():,} products ...")
        launch(service, settings)  # prints the address once the page is there


def _warm_up(service: SearchService) -> None:
    with suppress(ShopwindowError):  # the first query says what is wrong
        service.warm_up()
