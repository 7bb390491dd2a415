"""Rebuilding of profiles and counts from the event log."""

from shopwindow.personalization import STORE_FILE_NAME, CatalogItems, EventConsumer, OnlineStore
from shopwindow.ranking import read_weights
from shopwindow.serving.cli.context import open_index
from shopwindow.serving.cli.count_progress import show_count_progress
from shopwindow.serving.cli.event_store import open_existing_log
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.output import get_stdout_console
from shopwindow.values.settings import Settings


def rebuild_profiles(settings: Settings) -> ExitCode:
    """Rebuild profiles and counts, and show from how many events and for how many visitors.

    A run that is stopped half-way resumes the next time that the log is read.

    Args:
        settings: Event log, index, and the file of weights.

    Returns:
        OK.

    Raises:
        EventLogError: There is no log, or it cannot be read.
        IndexStoreError: There is no index there, or it cannot be opened.
        OnlineStoreError: The profiles cannot be written.
    """
    weights = read_weights(settings.search.weights_file)
    with open_existing_log(settings.events) as log, open_index(settings) as index:
        catalog = CatalogItems(index)
        with (
            OnlineStore(log.folder / STORE_FILE_NAME, catalog.encoder_id) as store,
            EventConsumer(log, store, catalog, weights.profile.to_profile_settings()) as consumer,
            show_count_progress("rebuilding", log.count(), "events") as progress,
        ):
            n_events = consumer.rebuild(progress)
            n_profiles = store.count_profiles()
    get_stdout_console().print(
        f"{n_events:,} events processed; {n_profiles:,} visitors have a profile."
    )
    return ExitCode.OK
