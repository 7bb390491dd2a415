"""Reading of compressed feeds: gzip, and zip archives with one feed, recognized by their bytes.

They are decompressed while they are read, once for each reading; nothing is written. A bomb, a
small file that expands without end, is stopped by its ratio and by its size.
"""

import gzip
import io
import zipfile
from pathlib import Path, PurePosixPath
from typing import IO, cast

from shopwindow.values.errors import FeedError

_GZIP_MAGIC = b"\x1f\x8b"
_ZIP_MAGICS = frozenset({b"PK\x03\x04", b"PK\x05\x06"})
"""Of an archive with files, and of an empty one."""

_MAX_LAYERS = 3
"""Compressions around one feed: a server may compress a .gz again, and a zip may hold one."""

MAX_RATIO = 300
"""Decompressed bytes for each byte of the file: XML feeds reach about a hundred."""

MIN_LIMITED_BYTES = 256_000_000
"""Bytes from which the ratio counts."""

MAX_BYTES = 100_000_000_000
_FEED_SUFFIXES = (
    ".csv", ".tsv", ".tab", ".txt", ".xml", ".rss", ".atom", ".json", ".jsonl", ".ndjson", ".gz",
    ".parquet",
)  # fmt: skip
_NO_FEEDS = ("readme", "license", "licence", "__macosx/", ".")
_WORKBOOK_PARTS = frozenset({"[Content_Types].xml", "mimetype"})
_ENCRYPTED = 0x1
_DAMAGED = "a zip archive, or an Excel workbook, that is damaged or incomplete"
_MAX_NAMES_SHOWN = 5


def open_bytes(path: Path) -> IO[bytes]:
    """Return a feed's bytes as a stream; gzip and zip are decompressed transparently.

    An Excel workbook, which is a zip archive too, is returned as it is.

    Raises:
        FeedError: The file does not exist, cannot be read, or is an archive of several feeds, an
            encrypted one, or a bomb.
    """
    try:
        stream: IO[bytes] = path.open("rb")
    except OSError as exc:
        raise FeedError(path, f"the feed cannot be opened: {exc.strerror or exc}") from exc
    try:
        return _decompress(path, stream)
    except BaseException:
        stream.close()
        raise


def _decompress(path: Path, stream: IO[bytes]) -> IO[bytes]:
    for _ in range(_MAX_LAYERS):
        magic = stream.read(4)
        stream.seek(0)
        if magic.startswith(_GZIP_MAGIC):
            limit = _compute_limit(path)
            stream = cast(IO[bytes], _ClosingGzipFile(stream, limit))
        elif magic in _ZIP_MAGICS:
            member = _open_member(path, stream)
            if member is None:
                stream.seek(0)
                return stream
            stream = member
        else:
            return stream
    return stream


def _compute_limit(path: Path) -> int:
    return min(MAX_BYTES, max(MIN_LIMITED_BYTES, MAX_RATIO * path.stat().st_size))


class _ClosingGzipFile(gzip.GzipFile):
    """A gzip reader that also closes the underlying file, and gives at most so many bytes."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        super().__init__(fileobj=stream, mode="rb")
        self._compressed = stream
        self._limit = limit

    def read(self, size: int | None = -1) -> bytes:
        return self._check(super().read(size))

    def read1(self, size: int = -1) -> bytes:
        return self._check(super().read1(size))

    def _check(self, data: bytes) -> bytes:
        if self.tell() > self._limit:
            raise OSError(f"it expands to more than {self._limit:,} bytes, as bombs do")
        return data

    def close(self) -> None:
        super().close()
        self._compressed.close()


class _ClosingMember(io.BufferedReader):
    """The bytes of a file in an archive; closing it closes the archive."""

    def __init__(self, member: IO[bytes], archive: zipfile.ZipFile, stream: IO[bytes]) -> None:
        super().__init__(cast(io.RawIOBase, member))
        self._archive = archive
        self._stream = stream

    def close(self) -> None:
        super().close()
        self._archive.close()
        self._stream.close()


def _open_member(path: Path, stream: IO[bytes]) -> IO[bytes] | None:
    """Return the bytes of the one feed in an archive; None for a workbook.

    Raises:
        FeedError: There is not exactly one, or it is encrypted, damaged or a bomb.
    """
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError) as exc:
        if path.suffix.casefold().startswith(".xls"):
            return None
        raise FeedError(path, f"{_DAMAGED} ({exc})") from exc
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if _WORKBOOK_PARTS & {info.filename for info in infos}:
        return None
    info = _choose_member(path, infos)
    try:
        return _ClosingMember(archive.open(info), archive, stream)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as exc:
        raise FeedError(path, f"{_DAMAGED} ({exc})") from exc


def _choose_member(path: Path, infos: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    feeds = [info for info in infos if _is_feed(info.filename)]
    if len(feeds) != 1:
        names = [info.filename for info in feeds or infos]
        more = ", …" if len(names) > _MAX_NAMES_SHOWN else ""
        shown = ", ".join(names[:_MAX_NAMES_SHOWN]) + more
        found = f"{len(feeds)} feeds" if feeds else "no CSV, TSV, JSON or XML file"
        raise FeedError(
            path,
            f"an archive with one feed expected, got {found}: {shown or 'it is empty'}. Unpack "
            "it, and index each feed on its own",
        )
    info = feeds[0]
    if info.flag_bits & _ENCRYPTED:
        raise FeedError(path, f"{info.filename} is encrypted; unpack it first")
    limit = _compute_limit(path)
    if info.file_size > limit:
        raise FeedError(
            path,
            f"{info.filename} expands to {info.file_size:,} bytes, at most {limit:,} are allowed "
            "for an archive of this size",
        )
    return info


def _is_feed(name: str) -> bool:
    base = PurePosixPath(name).name.casefold()
    is_other = name.casefold().startswith(_NO_FEEDS) or base.startswith(_NO_FEEDS)
    return base.endswith(_FEED_SUFFIXES) and not is_other
