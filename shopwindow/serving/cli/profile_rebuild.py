"""The work of `shopwindow events rebuild`: profiles and counts made anew from the log."""

from shopwindow.personalization import Catalogue, Follower, OnlineStore
from shopwindow.personalization.personalizer import FILE
from shopwindow.ranking import read_weights
from shopwindow.serving.cli.context import opened_index
from shopwindow.serving.cli.count_progress import shown_count
from shopwindow.serving.cli.event_store import existing_log
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.output import answers
from shopwindow.values.settings import Settings


def show_rebuild(settings: Settings) -> ExitCode:
    """Learn everything anew, and write of how many events and visitors.

    What is stopped half-way goes on the next time that the log is read.

    Returns:
        OK.
    """
    weights = read_weights(settings.search.weights)
    with existing_log(settings.events) as log, opened_index(settings) as index:
        catalogue = Catalogue(index)
        with (
            OnlineStore(log.folder / FILE, catalogue.encoder) as store,
            Follower(log, store, catalogue, weights.profile.settings()) as follower,
            shown_count("learning", log.count(), "events") as progress,
        ):
            n_events = follower.rebuild(progress)
            n_visitors = store.n_profiles()
    answers().print(f"{n_events:,} events learned from; {n_visitors:,} visitors have a profile.")
    return ExitCode.OK
