"""The work of `shopwindow events rebuild`: profiles and counts made anew from the log."""

from shopwindow.personalization import CatalogItems, EventConsumer, OnlineStore
from shopwindow.personalization.personalizer import STORE_FILE_NAME
from shopwindow.ranking import read_weights
from shopwindow.serving.cli.context import open_index
from shopwindow.serving.cli.count_progress import show_count_progress
from shopwindow.serving.cli.event_store import open_existing_log
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.output import get_stdout_console
from shopwindow.values.settings import Settings


def rebuild_profiles(settings: Settings) -> ExitCode:
    """Learn everything anew, and write of how many events and visitors.

    What is stopped half-way goes on the next time that the log is read.

    Returns:
        OK.
    """
    weights = read_weights(settings.search.weights_file)
    with open_existing_log(settings.events) as log, open_index(settings) as index:
        catalogue = CatalogItems(index)
        with (
            OnlineStore(log.folder / STORE_FILE_NAME, catalogue.encoder_id) as store,
            EventConsumer(log, store, catalogue, weights.profile.to_profile_settings()) as follower,
            show_count_progress("learning", log.count(), "events") as progress,
        ):
            n_events = follower.rebuild(progress)
            n_visitors = store.count_profiles()
    get_stdout_console().print(
        f"{n_events:,} events learned from; {n_visitors:,} visitors have a profile."
    )
    return ExitCode.OK
