"""Visual search in batch: photos in, a sheet of matches out."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from rich.table import Table

from search import (
    CONFIDENCE_BOUNDS,
    LOW_CONFIDENCE,
    SAME_PHOTO,
    PhotoMatch,
    SearchService,
    is_calibrated,
    label_confidence,
    match_photos,
)
from shopwindow.serving.cli.context import open_service
from shopwindow.serving.cli.count_progress import show_count_progress
from shopwindow.serving.cli.exit_codes import ExitCode
from shopwindow.serving.cli.interrupts import defer_interrupt
from shopwindow.serving.cli.match_sheets import MAX_XLSX_ROWS, check_sheet, open_sheet
from shopwindow.serving.cli.match_thumbnails import IllustratedMatch, add_thumbnails
from shopwindow.serving.cli.output import get_stdout_console, print_notice, sanitize_line
from shopwindow.serving.cli.photo_list import list_photos
from shopwindow.values import Filters, Query
from shopwindow.values.errors import InvalidQueryError
from shopwindow.values.setting_groups import PhotoLimits
from shopwindow.values.settings import Settings

_MAX_ERRORS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class MatchRequest:
    """The photos to match, and where the matches go.

    Attributes:
        photos: Files, folders, addresses and lists, as typed.
        out: The sheet.
        limit: Products for each photo.
        filters: Filters that every product must pass.
        thumbnails: Whether a workbook gets thumbnails.
        force: Overwrite a sheet that exists.
    """

    photos: tuple[str, ...]
    out: Path
    limit: int = 5
    filters: Filters = field(default_factory=Filters)
    thumbnails: bool = True
    force: bool = False

    @property
    def has_thumbnails(self) -> bool:
        """Whether the sheet gets thumbnails."""
        return self.thumbnails and self.out.suffix.lower() == ".xlsx"

    def resolve_photos(self) -> list[str]:
        """Return the photos, after checking everything that can be checked before the searches.

        Raises:
            InvalidQueryError: The limit is out of range, or a workbook cannot hold so many rows.
            FeedError: Photos or lists are not there, or the sheet cannot be written.
        """
        limit = Query(limit=self.limit).limit
        check_sheet(self.out, self.force)
        photos = list_photos(self.photos)
        n_rows = len(photos) * limit
        if self.out.suffix.lower() == ".xlsx" and n_rows > MAX_XLSX_ROWS:
            expected = f"at most {MAX_XLSX_ROWS:,} rows in a workbook; give --out matches.csv"
            raise InvalidQueryError("--limit", expected, f"{n_rows:,} rows")
        return photos


@dataclass(slots=True)
class MatchSummary:
    """Counts of the photos so far.

    Attributes:
        n_photos: Photos that are in the sheet.
        n_by_confidence: Photos by the confidence of their first match; "" for those without one.
        errors: Photos that could not be used, with the reason.
    """

    n_photos: int = 0
    n_by_confidence: Counter[str] = field(default_factory=Counter)
    errors: list[tuple[str, str]] = field(default_factory=list)

    def count(self, match: PhotoMatch) -> None:
        """Count one photo."""
        self.n_photos += 1
        if match.problem:
            self.errors.append((str(match.photo), match.problem))
        else:
            self.n_by_confidence[label_confidence(match.hits[0].score) if match.hits else ""] += 1

    def to_exit_code(self) -> ExitCode:
        """Return FAILED, PARTIAL_FAILURE or OK: no photo could be used, some, or all."""
        if not self.errors:
            return ExitCode.OK
        all_failed = len(self.errors) == self.n_photos
        return ExitCode.FAILED if all_failed else ExitCode.PARTIAL_FAILURE


def match_into_sheet(settings: Settings, request: MatchRequest) -> ExitCode:
    """Match photos and write the sheet, showing progress, and then a summary.

    Args:
        settings: The settings in force.
        request: The photos to match, and where the matches go.

    Returns:
        OK; PARTIAL_FAILURE or FAILED when some or all photos could not be used; INTERRUPTED after
        Ctrl-C, with what was done until then in the sheet.

    Raises:
        InvalidQueryError: The limit is out of range.
        FeedError: The photos cannot be listed, or the sheet cannot be written.
        EncoderError: The encoder cannot be loaded, or did not make this index.
        IndexStoreError: There is no index there, or it cannot be opened.
    """
    photos = request.resolve_photos()
    summary = MatchSummary()
    with open_service(settings) as service:
        start_s = time.perf_counter()
        _warn_if_uncalibrated(service)
        try:
            was_stopped = _write_matches(service, settings.photo, request, photos, summary)
        except KeyboardInterrupt:  # the second one, or before the first photo
            was_stopped = True
        except Exception:
            _print_result(request.out, summary)
            raise
    _show_summary(summary, time.perf_counter() - start_s)
    if was_stopped:
        print_notice(f"interrupted after {summary.n_photos:,} of {len(photos):,} photos")
    _print_result(request.out, summary)
    return ExitCode.INTERRUPTED if was_stopped else summary.to_exit_code()


def _write_matches(
    service: SearchService,
    limits: PhotoLimits,
    request: MatchRequest,
    photos: list[str],
    summary: MatchSummary,
) -> bool:
    """Write the matches of all photos, or of those that Ctrl-C leaves.

    Returns:
        Whether Ctrl-C came.
    """
    with (
        defer_interrupt() as was_stopped,
        open_sheet(request.out) as sheet,
        show_count_progress("matching", len(photos), "photos") as progress,
    ):
        remaining = takewhile(lambda _: not was_stopped(), photos)
        matches = match_photos(
            service,
            remaining,
            request.limit,
            request.filters,
            keep_pixels=request.has_thumbnails,
        )
        for illustrated in _illustrate(matches, limits, request.has_thumbnails):
            sheet.add(illustrated)
            summary.count(illustrated.match)
            progress(summary.n_photos)
        return was_stopped()


def _illustrate(
    matches: Iterator[PhotoMatch], limits: PhotoLimits, has_thumbnails: bool
) -> Iterator[IllustratedMatch]:
    return add_thumbnails(matches, limits) if has_thumbnails else map(IllustratedMatch, matches)


def _warn_if_uncalibrated(service: SearchService) -> None:
    name = service.index.encoder.spec.name
    if not is_calibrated(name):
        print_notice(
            f"confidence levels were not calibrated with {name}: go by rank and similarity"
        )


def _print_result(out: Path, summary: MatchSummary) -> None:
    if summary.n_photos:
        print_notice(f"{summary.n_photos:,} photos are in {out}")


def _show_summary(summary: MatchSummary, duration_s: float) -> None:
    table = Table("first match", "photos", show_header=False)
    for level in (*(level for _, level in CONFIDENCE_BOUNDS), LOW_CONFIDENCE):
        label = level if level == SAME_PHOTO else f"{level} confidence"
        table.add_row(label, f"{summary.n_by_confidence[level]:,}")
    if summary.n_by_confidence[""]:
        table.add_row("no product found", f"{summary.n_by_confidence['']:,}")
    table.add_row("photo could not be used", f"{len(summary.errors):,}")
    rate = summary.n_photos / max(duration_s, 1e-9)
    table.add_row("took", f"{duration_s:,.1f} s, {rate:,.0f} photos/s")
    get_stdout_console().print(table)
    for photo, problem in summary.errors[:_MAX_ERRORS_SHOWN]:
        print_notice(f"{sanitize_line(photo)}: {problem}")
    if len(summary.errors) > _MAX_ERRORS_SHOWN:
        print_notice(
            f"and {len(summary.errors) - _MAX_ERRORS_SHOWN:,} more; the sheet has all of them"
        )
