"""Photos are decoded in processes that end when they cost too much, and trouble nobody else."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType

import numpy as np
import pytest
from PIL import Image

from benchmarks.bombs import noisy_png, png, scanned_jpeg, text_ppm, texts_png, webp
from embed import PhotoReader
from embed.photos.decoder import _validate_reply
from embed.photos.decoder_pool import QUERY_QUEUE, DecoderPool, QueuePolicy
from embed.photos.decoding import DecodeRequest, decode_image
from embed.photos.file_formats import PHOTO_FORMATS, read_webp_size
from embed.photos.reader import PREVIEW_SIZE
from shopwindow.values.errors import (
    PhotoBusyError,
    PhotoDecoderError,
    PhotoTooLargeError,
    PhotoUnreadableError,
)
from shopwindow.values.settings import PhotoLimits

LIMITS = PhotoLimits()
RED = Image.new("RGB", (30, 20), (200, 0, 0))
SLOW = noisy_png((2400, 1600))
"""A good photo that takes about 0.2 s of a processor."""


def packed(picture: Image.Image, form: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form)
    return buffer.getvalue()


@pytest.fixture
def pool() -> Iterator[DecoderPool]:
    with DecoderPool(1) as opened:
        yield opened


def reader_with(pool: DecoderPool, **limits: float) -> PhotoReader:
    return PhotoReader(LIMITS.model_copy(update=limits), pool=pool)


def is_red(reader: PhotoReader) -> bool:
    return reader.read_image(packed(RED)).getpixel((9, 9)) == (200, 0, 0)


def work_for_long(reader: PhotoReader) -> None:
    for _ in range(100):
        reader.read_letterboxed(SLOW, 32)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(pids: list[int]) -> None:
    until = time.monotonic() + 10
    while any(map(is_alive, pids)) and time.monotonic() < until:
        time.sleep(0.01)
    assert not any(map(is_alive, pids))


# --- limits


def test_a_photo_may_take_only_so_much_time(pool: DecoderPool) -> None:
    reader = reader_with(pool, decode_cpu_s=0.02)
    with pytest.raises(
        PhotoTooLargeError, match=r"takes more than 0\.02 s of processor time; save"
    ):
        reader.read_letterboxed(SLOW, 32)
    assert is_red(reader)
    assert reader_with(pool).read_letterboxed(SLOW, 32).shape == (
        32,
        32,
        3,
    )  # other limits, another answer


def test_a_photo_that_ended_a_decoder_does_so_once(pool: DecoderPool) -> None:
    reader = reader_with(pool, decode_cpu_s=0.02)
    for _ in range(3):
        with pytest.raises(PhotoTooLargeError, match="processor time"):
            reader.read_letterboxed(SLOW, 32)
        (pid,) = pool.list_pids()
        assert is_red(reader)
    assert pool.list_pids() == [pid]
    assert reader.read_size(SLOW) == (2400, 1600)


def test_a_photo_may_take_only_so_much_memory(pool: DecoderPool) -> None:
    reader = reader_with(pool, decode_memory_mb=64)
    large = png((5000, 4000), colour=6)
    with pytest.raises(PhotoTooLargeError, match="takes more than 64 MB; save it smaller"):
        reader.read_letterboxed(large, 32)
    assert is_red(reader)


# Smaller than those of the benchmark, so that this is quick; the limits are smaller as well.
SMALL_BOMBS = {
    "a large PNG": lambda: png((60_000, 60_000), body=b"x"),
    "a PNG of 16 bits": lambda: png((4000, 4000), bits=16, colour=6),
    "a JPEG of many scans": lambda: scanned_jpeg((900, 900), 3000),
    "a PNG of packed texts": lambda: texts_png(70),
    "a large WebP": lambda: webp(1001),
    "pixels as text": lambda: text_ppm(300),
}


@pytest.mark.parametrize("name", SMALL_BOMBS)
def test_bombs_of_visitors_are_refused(name: str) -> None:
    limits = LIMITS.model_copy(update={"query_max_pixels": 10**6, "query_decode_cpu_s": 0.4})
    data = SMALL_BOMBS[name]()
    with pytest.raises((PhotoTooLargeError, PhotoUnreadableError), match="photo <bytes>: "):
        PhotoReader(limits).for_queries().read_letterboxed(data, 32)


def test_scans_are_counted_to_the_end_of_the_photo() -> None:
    task = DecodeRequest("letterbox", 10**6, 8)
    assert decode_image(scanned_jpeg((64, 64), 50), task)
    with pytest.raises(Exception, match="a JPEG of more than 50 scans"):
        decode_image(scanned_jpeg((64, 64), 51), task)
    after_the_end = packed(RED, "JPEG") + scanned_jpeg((8, 8), 90)  # as in files of several photos
    assert decode_image(after_the_end, task)
    thumbnail = b"Exif\0\0" + b"\xff\xda\0\4" * 90
    block = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    assert decode_image(b"\xff\xd8" + block + packed(RED, "JPEG")[2:], task)


def test_the_size_of_a_webp_is_read_from_each_of_its_headers() -> None:
    for options in ({}, {"lossless": True}, {"exif": b"Exif\0\0"}):
        buffer = io.BytesIO()
        RED.resize((301, 77)).save(buffer, "WEBP", **options)
        assert read_webp_size(buffer.getvalue()) == (301, 77)
    assert read_webp_size(packed(RED)) is None
    assert read_webp_size(b"RIFF\4\0\0\0WEBPVP8X") is None


def test_visitors_have_smaller_limits_than_products() -> None:
    ours, theirs = LIMITS, LIMITS.for_queries()
    assert (theirs.max_pixels, theirs.max_bytes) == (ours.query_max_pixels, ours.query_max_bytes)
    assert theirs.decode_cpu_s == ours.query_decode_cpu_s
    assert theirs.decode_memory_mb == ours.query_decode_memory_mb
    assert PhotoLimits(max_pixels=10).for_queries().max_pixels == 10
    large = png((5001, 5000))
    assert PhotoReader().read_letterboxed(large, 8).shape == (8, 8, 3)
    with pytest.raises(PhotoTooLargeError, match=r"5001 x 5000 pixels, at most 25,000,000"):
        PhotoReader().for_queries().read_letterboxed(large, 8)
    with pytest.raises(PhotoTooLargeError, match=r"bytes, at most 10,000,000"):
        PhotoReader().for_queries().read_letterboxed(bytes(10_000_001), 8)


@pytest.mark.parametrize("data", [text_ppm(4), b"P6 1 1 255\n000", b"\0\0\0\x0cjP  \r\n\x87\n"])
def test_other_formats_are_refused_by_their_first_bytes(data: bytes) -> None:
    with pytest.raises(PhotoUnreadableError, match=", ".join(PHOTO_FORMATS)):
        PhotoReader().read_letterboxed(data, 8)


# --- processes


def test_nothing_starts_before_the_first_photo(pool: DecoderPool) -> None:
    reader = reader_with(pool)
    assert pool.list_pids() == []
    reader.read_letterboxed(RED, 8)  # a picture needs none
    assert pool.list_pids() == []
    assert is_red(reader)
    assert len(pool.list_pids()) == 1


def test_a_decoder_sees_no_secrets(pool: DecoderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPWINDOW_INDEX__API_KEY", "secret")
    assert is_red(reader_with(pool))
    environment = Path(f"/proc/{pool.list_pids()[0]}/environ").read_bytes()
    assert b"PYTHONPATH" in environment
    assert b"SHOPWINDOW" not in environment


def test_a_folder_of_the_same_name_is_not_taken_for_ours(
    pool: DecoderPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "embed").mkdir()
    (tmp_path / "embed" / "__init__.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    assert is_red(reader_with(pool))


def test_a_decoder_that_died_while_idle_is_replaced(pool: DecoderPool) -> None:
    reader = reader_with(pool)
    assert is_red(reader)
    before = pool.list_pids()
    os.kill(before[0], signal.SIGKILL)
    while reader_with(pool)._pool._idle[0].is_running:
        time.sleep(0.005)
    assert is_red(reader)
    assert pool.list_pids() != before


@pytest.mark.parametrize(
    ("number", "error", "reason"),
    [
        (signal.SIGKILL, PhotoTooLargeError, "its decoder was killed, as when"),
        (signal.SIGSEGV, PhotoUnreadableError, "its decoder ended with code -11; save it again"),
    ],
)
def test_a_decoder_that_dies_at_work_is_replaced(
    pool: DecoderPool, number: signal.Signals, error: type[Exception], reason: str
) -> None:
    reader = reader_with(pool)
    assert is_red(reader)
    threading.Timer(0.05, os.kill, (pool.list_pids()[0], number)).start()
    with pytest.raises(error, match=reason):
        work_for_long(reader)
    assert is_red(reader)


def test_a_stopped_decoder_is_ended(pool: DecoderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embed.photos.decoder._EXTRA_WALL_S", 0.2)
    reader = reader_with(pool, decode_cpu_s=0.01)
    assert is_red(reader)
    (pid,) = pool.list_pids()
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(PhotoTooLargeError, match="takes too long; try again"):
        is_red(reader)
    assert not is_alive(pid)
    assert is_red(reader)


def test_an_interrupted_photo_is_not_the_answer_to_the_next(pool: DecoderPool) -> None:
    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    reader = reader_with(pool)
    assert is_red(reader)
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(KeyboardInterrupt):
            work_for_long(reader)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert is_red(reader)


def test_a_decoder_that_does_not_start_is_not_the_photos_fault(
    pool: DecoderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embed.photos.decoder._PROJECT_ROOT", Path("/nowhere"))
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(PhotoDecoderError, match=r"no photo can be opened: .* ended with code 1"):
        is_red(reader_with(pool))
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(PhotoDecoderError, match="the system starts no process"):
        is_red(reader_with(pool))


def test_closing_ends_the_processes(pool: DecoderPool) -> None:
    assert is_red(reader_with(pool))
    pids = pool.list_pids()
    pool.close()
    assert not any(map(is_alive, pids))
    assert is_red(reader_with(pool))  # and a later photo starts another


def test_a_slow_photo_is_put_behind_and_remembered() -> None:
    with DecoderPool(1, QueuePolicy(max_wait_s=30, slow_after_s=0.01)) as pool:
        reader = reader_with(pool)
        first = reader.read_letterboxed(SLOW, 32)
        pids = pool.list_pids()  # of the next decoder: the first one is behind other work for good
        began = time.process_time()
        again = reader.read_letterboxed(SLOW, 32)
        assert np.array_equal(first, again)
        assert first.flags.writeable
        assert again.flags.writeable
        assert pool.list_pids() == pids
        assert time.process_time() - began < 0.1
        again[:] = 0
        assert np.array_equal(first, reader.read_letterboxed(SLOW, 32))
        assert os.getpriority(os.PRIO_PROCESS, pids[0]) == os.getpriority(os.PRIO_PROCESS, 0)
        assert reader.read_letterboxed(SLOW, 16).shape == (
            16,
            16,
            3,
        )  # something else of the same photo
        assert pool.list_pids() != pids


def test_a_slow_photo_is_decoded_once_for_search_and_page() -> None:
    with DecoderPool(1, QueuePolicy(max_wait_s=30, slow_after_s=30)) as pool:
        reader = reader_with(pool)
        reader._preview = PREVIEW_SIZE
        data = png((5000, 4000))
        assert reader.read_letterboxed(data, 32).shape == (32, 32, 3)
        used = cpu_s(pool)
        assert reader.read_thumbnail(data, PREVIEW_SIZE).size == (560, 448)
        assert cpu_s(pool) == used
        reader.read_thumbnail(data, 100)
        assert cpu_s(pool) > used


def cpu_s(pool: DecoderPool) -> int:
    return int(Path(f"/proc/{pool.list_pids()[0]}/schedstat").read_text().split()[0])


def test_a_decoder_works_behind_others_while_its_photo_is_slow() -> None:
    with DecoderPool(1, QueuePolicy(max_wait_s=30, slow_after_s=0.01)) as pool:
        reader = reader_with(pool, decode_cpu_s=5)
        working = threading.Thread(target=reader.read_letterboxed, args=(png((8000, 8000)), 8))
        working.start()
        until, own = time.monotonic() + 10, os.getpriority(os.PRIO_PROCESS, 0)
        seen = {own}
        while working.is_alive() and max(seen) == own and time.monotonic() < until:
            with suppress(ProcessLookupError):
                seen |= {os.getpriority(os.PRIO_PROCESS, pid) for pid in pool.list_pids()}
        working.join()
        assert max(seen) == min(19, own + 10)


@pytest.mark.parametrize(
    ("answer", "n_bytes"),
    [
        ({}, 192),
        ({"size": [8, 8]}, 191),
        ({"size": [4, 16]}, 192),
        ({"size": [8, -8]}, 192),
        ({"size": "8"}, 192),
        ({"size": [8, 8.0]}, 192),
        ({"size": [8, 8], "preview": [1, 1]}, 192),
        ({"size": [8, 8, 8]}, 192),
    ],
)
def test_what_is_no_answer_is_not_taken_for_one(answer: dict[str, object], n_bytes: int) -> None:
    task = DecodeRequest("letterbox", 100, 8)
    with pytest.raises(OSError, match="are no pixels"):
        _validate_reply(answer, bytes(n_bytes), task)
    assert _validate_reply({"size": [8, 8]}, bytes(192), task).size == (8, 8)


# --- turns


def test_photos_take_turns_in_few_processes() -> None:
    with DecoderPool(2) as pool:
        reader = reader_with(pool)
        squares: list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]] = []
        shades = range(10, 250, 10)

        def work(shade: int) -> None:
            data = packed(Image.new("L", (300, 300), shade))
            squares.append(reader.read_letterboxed(data, 8))

        threads = [threading.Thread(target=work, args=(shade,)) for shade in shades]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sorted(int(each[0, 0, 0]) for each in squares) == list(shades)
        assert len(pool.list_pids()) == 2


def test_who_has_no_turn_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    patience = QueuePolicy(max_wait_s=30, n_guaranteed=1, slow_after_s=0.05)
    with DecoderPool(1, patience) as pool:
        reader = reader_with(pool, decode_cpu_s=1)
        assert is_red(reader)
        (pid,) = pool.list_pids()
        os.kill(pid, signal.SIGSTOP)  # stuck with the first photo
        results: list[object] = []

        def work() -> None:
            try:
                results.append(is_red(reader))
            except PhotoBusyError as exc:
                results.append(exc.reason)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for each in threads:
            each.start()
        until = time.monotonic() + 10
        while len(results) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        assert results == ["too many photos are being opened; try again in a moment"] * 2
        os.kill(pid, signal.SIGCONT)
        for each in threads:
            each.join()
        assert results[2:] == [True, True]  # the one that was stuck, and the one that was patient


def test_a_burst_of_good_photos_has_its_turns() -> None:
    with DecoderPool(1, QUERY_QUEUE) as pool:
        reader = reader_with(pool)
        results: list[bool] = []
        threads = [
            threading.Thread(target=lambda: results.append(is_red(reader))) for _ in range(24)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert results == [True] * 24


# --- the process that uses them

PROGRAM = """
import io, os, signal, sys
from PIL import Image
from embed import PhotoReader
signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it is ignored
def packed(red):
    data = io.BytesIO()
    Image.new("RGB", (30, 20), (red, 0, 0)).save(data, "PNG")
    return data.getvalue()
def red(value):
    return int(reader.square(packed(value), 8)[4, 4, 0]) == value
reader = PhotoReader()
assert red(10)
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", PROGRAM + code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,
    )


@pytest.mark.parametrize(
    "end", ["pass", "os._exit(0)", "os.kill(os.getpid(), signal.SIGKILL)", "sys.exit(3)"]
)
def test_decoders_end_with_the_process_that_uses_them(end: str) -> None:
    done = run(f"print(*reader._pool.pids(), flush=True)\n{end}")
    assert done.stderr == ""
    pids = [int(pid) for pid in done.stdout.split()]
    assert len(pids) == 1
    wait_until_gone(pids)


def test_ctrl_c_is_for_the_process_that_uses_them() -> None:
    done = run(
        "try:\n    os.killpg(0, signal.SIGINT)\n    signal.pause()\n"
        "except KeyboardInterrupt:\n    assert red(30)\n    print('went on')"
    )
    assert (done.stdout, done.stderr) == ("went on\n", "")


def test_parent_and_child_of_a_fork_have_decoders_of_their_own() -> None:
    done = run(
        "mine = reader._pool.pids()\n"
        "if not (child := os.fork()):\n"
        "    good = all(red(value) for value in range(100, 150))\n"
        "    os._exit(0 if good and reader._pool.pids() != mine else 9)\n"
        "assert all(red(value) for value in range(150, 200))\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
        "assert reader._pool.pids() == mine\n"
        "assert red(7)\n"
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_child_does_not_wait_for_photos_of_its_parents_threads() -> None:
    done = run(
        "import threading, warnings\n"
        "warnings.simplefilter('ignore')  # newer Pythons warn of forks beside threads\n"
        "from embed.photos.decoder_pool import DecoderPool\n"
        "reader = PhotoReader(pool=DecoderPool(1))\n"
        "is_over = threading.Event()\n"
        "def work():\n"
        "    while not is_over.is_set():\n"
        "        reader.square(packed(5), 8)\n"
        "threads = [threading.Thread(target=work) for _ in range(3)]\n"
        "for each in threads: each.start()\n"
        "for _ in range(5):\n"
        "    if not (child := os.fork()):\n"
        "        os._exit(0 if red(60) else 9)\n"
        "    assert os.waitpid(child, 0)[1] == 0\n"
        "is_over.set()\n"
        "for each in threads: each.join()\n"
    )
    assert (done.returncode, done.stderr) == (0, "")
