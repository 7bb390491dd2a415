"""Learning from the event log in a process that serves nothing."""

import time
from collections.abc import Callable

from shopwindow.personalization import Personalizer
from shopwindow.ranking import read_weights
from shopwindow.serving.cli.context import open_index
from shopwindow.serving.cli.event_store import open_existing_log
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.interrupts import defer_interrupt
from shopwindow.serving.cli.log_file import configure_logging
from shopwindow.serving.cli.output import print_notice
from shopwindow.values.settings import Settings

_POLL_INTERVAL_S = 0.1


def consume_events(settings: Settings) -> ExitCode:
    """Keep profiles and counts up to date with the event log until Ctrl-C.

    Args:
        settings: Event log, index, and the file of weights.

    Returns:
        OK.

    Raises:
        EventLogError: There is no log, or it cannot be read.
        IndexStoreError: There is no index there, or it cannot be opened.
        ProfileEncoderError: The profiles were made with another encoder.
        OnlineStoreError: The profiles cannot be used, or belong to another log.
    """
    configure_logging()
    profile_settings = read_weights(settings.search.weights_file).profile.to_profile_settings()
    with (
        open_existing_log(settings.events) as log,
        open_index(settings) as index,
        defer_interrupt() as is_interrupted,
        Personalizer(index, log, profile_settings) as personalizer,
    ):
        personalizer.start()
        print_notice(f"events of {log.folder} update the profiles until Ctrl-C")
        _report_turns(personalizer, is_interrupted)
        n_left = personalizer.measure_lag().n_events
    print_notice(f"ended; {n_left:,} events are left for the next consumer")
    return ExitCode.OK


def _report_turns(personalizer: Personalizer, is_interrupted: Callable[[], bool]) -> None:
    """Write when this process begins to consume, and that it waits for another one to end."""
    was_consuming: bool | None = None
    while not is_interrupted():
        time.sleep(_POLL_INTERVAL_S)
        if personalizer.is_consuming != was_consuming:
            was_consuming = personalizer.is_consuming
            print_notice(
                "consuming" if was_consuming else "another process consumes; waiting for its end"
            )
