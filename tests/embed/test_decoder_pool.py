"""Photos are decoded in processes that are killed when they cost too much."""

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

from benchmarks.bombs import (
    make_multi_scan_jpeg,
    make_noisy_png,
    make_png,
    make_text_chunks_png,
    make_text_ppm,
    make_webp,
)
from embed import PhotoReader
from embed.photos.decode_values import DecodeRequest
from embed.photos.decoder import _validate_reply
from embed.photos.decoder_pool import QUERY_QUEUE, DecoderPool, QueuePolicy
from embed.photos.decoding import decode_image
from embed.photos.file_formats import PHOTO_FORMATS, read_webp_size
from embed.photos.reader import PREVIEW_SIZE
from shopwindow.values.errors import (
    PhotoBusyError,
    PhotoDecoderError,
    PhotoTooLargeError,
    PhotoUnreadableError,
)
from shopwindow.values.setting_groups import PhotoLimits

DEFAULT_LIMITS = PhotoLimits()
RED_IMAGE = Image.new("RGB", (30, 20), (200, 0, 0))
SLOW_PHOTO = make_noisy_png((2400, 1600))
"""A valid photo that takes about 0.2 s of CPU time."""


def encode_image(image: Image.Image, file_format: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format)
    return buffer.getvalue()


@pytest.fixture
def pool() -> Iterator[DecoderPool]:
    with DecoderPool(1) as opened:
        yield opened


def make_reader(pool: DecoderPool, **limits: float) -> PhotoReader:
    return PhotoReader(DEFAULT_LIMITS.model_copy(update=limits), pool=pool)


def can_read_red(reader: PhotoReader) -> bool:
    return reader.read_image(encode_image(RED_IMAGE)).getpixel((9, 9)) == (200, 0, 0)


def read_repeatedly(reader: PhotoReader) -> None:
    for _ in range(100):
        reader.read_letterboxed(SLOW_PHOTO, 32)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 10
    while any(map(is_alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any(map(is_alive, pids))


# --- limits


def test_cpu_time_is_limited(pool: DecoderPool) -> None:
    reader = make_reader(pool, decode_cpu_s=0.02)
    with pytest.raises(PhotoTooLargeError, match=r"takes more than 0\.02 s of CPU time; save"):
        reader.read_letterboxed(SLOW_PHOTO, 32)
    assert can_read_red(reader)
    # Other limits, another result.
    assert make_reader(pool).read_letterboxed(SLOW_PHOTO, 32).shape == (32, 32, 3)


def test_a_photo_kills_a_decoder_only_once(pool: DecoderPool) -> None:
    reader = make_reader(pool, decode_cpu_s=0.02)
    for _ in range(3):
        with pytest.raises(PhotoTooLargeError, match="CPU time"):
            reader.read_letterboxed(SLOW_PHOTO, 32)
        (pid,) = pool.list_pids()
        assert can_read_red(reader)
    assert pool.list_pids() == [pid]
    assert reader.read_size(SLOW_PHOTO) == (2400, 1600)


def test_memory_is_limited(pool: DecoderPool) -> None:
    reader = make_reader(pool, decode_memory_mb=64)
    large = make_png((5000, 4000), color_type=6)
    with pytest.raises(PhotoTooLargeError, match="takes more than 64 MB; save it smaller"):
        reader.read_letterboxed(large, 32)
    assert can_read_red(reader)


# Smaller than those of the benchmark, so that this is fast; the limits are lower as well.
SMALL_BOMBS = {
    "a large PNG": lambda: make_png((60_000, 60_000), body=b"x"),
    "a PNG of 16 bits": lambda: make_png((4000, 4000), bits=16, color_type=6),
    "a JPEG of many scans": lambda: make_multi_scan_jpeg((900, 900), 3000),
    "a PNG of packed texts": lambda: make_text_chunks_png(70),
    "a large WebP": lambda: make_webp(1001),
    "pixels as text": lambda: make_text_ppm(300),
}


@pytest.mark.parametrize("name", SMALL_BOMBS)
def test_image_bombs_in_queries_are_rejected(name: str) -> None:
    limits = DEFAULT_LIMITS.model_copy(
        update={"query_max_pixels": 10**6, "query_decode_cpu_s": 0.4}
    )
    data = SMALL_BOMBS[name]()
    with pytest.raises((PhotoTooLargeError, PhotoUnreadableError), match="photo <bytes>: "):
        PhotoReader(limits).for_queries().read_letterboxed(data, 32)


def test_scans_are_counted_to_the_end_of_the_photo() -> None:
    request = DecodeRequest("letterbox", 10**6, 8)
    assert decode_image(make_multi_scan_jpeg((64, 64), 50), request)
    with pytest.raises(Exception, match="a JPEG of more than 50 scans"):
        decode_image(make_multi_scan_jpeg((64, 64), 51), request)
    after_the_end = encode_image(RED_IMAGE, "JPEG") + make_multi_scan_jpeg(
        (8, 8), 90
    )  # as in MPO files
    assert decode_image(after_the_end, request)
    thumbnail = b"Exif\0\0" + b"\xff\xda\0\4" * 90
    block = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    assert decode_image(b"\xff\xd8" + block + encode_image(RED_IMAGE, "JPEG")[2:], request)


def test_size_of_a_webp_is_read_from_each_kind_of_header() -> None:
    for options in ({}, {"lossless": True}, {"exif": b"Exif\0\0"}):
        buffer = io.BytesIO()
        RED_IMAGE.resize((301, 77)).save(buffer, "WEBP", **options)
        assert read_webp_size(buffer.getvalue()) == (301, 77)
    assert read_webp_size(encode_image(RED_IMAGE)) is None
    assert read_webp_size(b"RIFF\4\0\0\0WEBPVP8X") is None


def test_query_photos_have_lower_limits_than_products() -> None:
    product_limits, query_limits = DEFAULT_LIMITS, DEFAULT_LIMITS.for_queries()
    assert (query_limits.max_pixels, query_limits.max_bytes) == (
        product_limits.query_max_pixels,
        product_limits.query_max_bytes,
    )
    assert query_limits.decode_cpu_s == product_limits.query_decode_cpu_s
    assert query_limits.decode_memory_mb == product_limits.query_decode_memory_mb
    assert PhotoLimits(max_pixels=10).for_queries().max_pixels == 10
    large_photo = make_png((5001, 5000))
    assert PhotoReader().read_letterboxed(large_photo, 8).shape == (8, 8, 3)
    with pytest.raises(PhotoTooLargeError, match=r"5001 x 5000 pixels, at most 25,000,000"):
        PhotoReader().for_queries().read_letterboxed(large_photo, 8)
    with pytest.raises(PhotoTooLargeError, match=r"bytes, at most 10,000,000"):
        PhotoReader().for_queries().read_letterboxed(bytes(10_000_001), 8)


@pytest.mark.parametrize(
    "data", [make_text_ppm(4), b"P6 1 1 255\n000", b"\0\0\0\x0cjP  \r\n\x87\n"]
)
def test_other_formats_are_rejected_by_their_first_bytes(data: bytes) -> None:
    with pytest.raises(PhotoUnreadableError, match=", ".join(PHOTO_FORMATS)):
        PhotoReader().read_letterboxed(data, 8)


# --- processes


def test_nothing_starts_before_the_first_photo(pool: DecoderPool) -> None:
    reader = make_reader(pool)
    assert pool.list_pids() == []
    reader.read_letterboxed(RED_IMAGE, 8)  # a PIL image needs none
    assert pool.list_pids() == []
    assert can_read_red(reader)
    assert len(pool.list_pids()) == 1


def test_a_decoder_does_not_inherit_secrets(
    pool: DecoderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPWINDOW_INDEX__API_KEY", "secret")
    assert can_read_red(make_reader(pool))
    environment = Path(f"/proc/{pool.list_pids()[0]}/environ").read_bytes()
    assert b"PYTHONPATH" in environment
    assert b"SHOPWINDOW" not in environment


def test_a_folder_named_embed_is_not_imported(
    pool: DecoderPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "embed").mkdir()
    (tmp_path / "embed" / "__init__.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    assert can_read_red(make_reader(pool))


def test_a_decoder_that_died_while_idle_is_replaced(pool: DecoderPool) -> None:
    reader = make_reader(pool)
    assert can_read_red(reader)
    before = pool.list_pids()
    os.kill(before[0], signal.SIGKILL)
    while make_reader(pool)._pool._idle[0].is_running:
        time.sleep(0.005)
    assert can_read_red(reader)
    assert pool.list_pids() != before


@pytest.mark.parametrize(
    ("number", "error", "reason"),
    [
        (signal.SIGKILL, PhotoTooLargeError, "its decoder was killed, as when"),
        (signal.SIGSEGV, PhotoUnreadableError, "its decoder ended with code -11; save it again"),
    ],
)
def test_a_decoder_that_dies_while_decoding_is_replaced(
    pool: DecoderPool, number: signal.Signals, error: type[Exception], reason: str
) -> None:
    reader = make_reader(pool)
    assert can_read_red(reader)
    threading.Timer(0.05, os.kill, (pool.list_pids()[0], number)).start()
    with pytest.raises(error, match=reason):
        read_repeatedly(reader)
    assert can_read_red(reader)


def test_a_stopped_decoder_is_killed(pool: DecoderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embed.photos.decoder._EXTRA_WALL_S", 0.2)
    reader = make_reader(pool, decode_cpu_s=0.01)
    assert can_read_red(reader)
    (pid,) = pool.list_pids()
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(PhotoTooLargeError, match="takes too long; try again"):
        can_read_red(reader)
    assert not is_alive(pid)
    assert can_read_red(reader)


def test_reply_for_an_interrupted_photo_is_not_used_for_the_next(pool: DecoderPool) -> None:
    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    reader = make_reader(pool)
    assert can_read_red(reader)
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(KeyboardInterrupt):
            read_repeatedly(reader)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert can_read_red(reader)


def test_a_decoder_that_does_not_start_is_reported(
    pool: DecoderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embed.photos.decoder._PROJECT_ROOT", Path("/nowhere"))
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(PhotoDecoderError, match=r"no photo can be opened: .* ended with code 1"):
        can_read_red(make_reader(pool))
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(PhotoDecoderError, match="the system starts no process"):
        can_read_red(make_reader(pool))


def test_closing_ends_the_processes(pool: DecoderPool) -> None:
    assert can_read_red(make_reader(pool))
    pids = pool.list_pids()
    pool.close()
    assert not any(map(is_alive, pids))
    assert can_read_red(make_reader(pool))  # a later photo starts another


def test_a_slow_photo_is_cached_and_its_decoder_replaced() -> None:
    with DecoderPool(1, QueuePolicy(max_wait_s=30, slow_after_s=0.01)) as pool:
        reader = make_reader(pool)
        first = reader.read_letterboxed(SLOW_PHOTO, 32)
        pids = pool.list_pids()  # of the next decoder: the priority of the first stays lowered
        start = time.process_time()
        cached = reader.read_letterboxed(SLOW_PHOTO, 32)
        assert np.array_equal(first, cached)
        assert first.flags.writeable
        assert cached.flags.writeable
        assert pool.list_pids() == pids
        assert time.process_time() - start < 0.1
        cached[:] = 0
        assert np.array_equal(first, reader.read_letterboxed(SLOW_PHOTO, 32))
        assert os.getpriority(os.PRIO_PROCESS, pids[0]) == os.getpriority(os.PRIO_PROCESS, 0)
        # Another request for the same photo.
        assert reader.read_letterboxed(SLOW_PHOTO, 16).shape == (16, 16, 3)
        assert pool.list_pids() != pids


def test_a_slow_photo_is_decoded_once_for_search_and_page() -> None:
    with DecoderPool(1, QueuePolicy(max_wait_s=30, slow_after_s=30)) as pool:
        reader = make_reader(pool)
        reader._preview_size = PREVIEW_SIZE
        data = make_png((5000, 4000))
        assert reader.read_letterboxed(data, 32).shape == (32, 32, 3)
        cpu_ns_before = get_cpu_ns(pool)
        assert reader.read_thumbnail(data, PREVIEW_SIZE).size == (560, 448)
        assert get_cpu_ns(pool) == cpu_ns_before
        reader.read_thumbnail(data, 100)
        assert get_cpu_ns(pool) > cpu_ns_before


def get_cpu_ns(pool: DecoderPool) -> int:
    return int(Path(f"/proc/{pool.list_pids()[0]}/schedstat").read_text().split()[0])


def test_priority_of_a_decoder_is_lowered_while_its_photo_is_slow() -> None:
    with DecoderPool(1, QueuePolicy(max_wait_s=30, slow_after_s=0.01)) as pool:
        reader = make_reader(pool, decode_cpu_s=5)
        thread = threading.Thread(target=reader.read_letterboxed, args=(make_png((8000, 8000)), 8))
        thread.start()
        deadline, own_priority = time.monotonic() + 10, os.getpriority(os.PRIO_PROCESS, 0)
        priorities = {own_priority}
        while thread.is_alive() and max(priorities) == own_priority and time.monotonic() < deadline:
            with suppress(ProcessLookupError):
                priorities |= {os.getpriority(os.PRIO_PROCESS, pid) for pid in pool.list_pids()}
        thread.join()
        assert max(priorities) == min(19, own_priority + 10)


@pytest.mark.parametrize(
    ("reply", "n_bytes"),
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
def test_invalid_replies_are_rejected(reply: dict[str, object], n_bytes: int) -> None:
    request = DecodeRequest("letterbox", 100, 8)
    with pytest.raises(OSError, match="expected pixels of 'letterbox', got"):
        _validate_reply(reply, bytes(n_bytes), request)
    assert _validate_reply({"size": [8, 8]}, bytes(192), request).size == (8, 8)


# --- queueing


def test_many_photos_share_few_processes() -> None:
    with DecoderPool(2) as pool:
        reader = make_reader(pool)
        squares: list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]] = []
        shades = range(10, 250, 10)

        def decode(shade: int) -> None:
            data = encode_image(Image.new("L", (300, 300), shade))
            squares.append(reader.read_letterboxed(data, 8))

        threads = [threading.Thread(target=decode, args=(shade,)) for shade in shades]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(int(square[0, 0, 0]) for square in squares) == list(shades)
        assert len(pool.list_pids()) == 2


def test_photos_that_wait_too_long_are_rejected() -> None:
    policy = QueuePolicy(max_wait_s=30, n_guaranteed=1, slow_after_s=0.05)
    with DecoderPool(1, policy) as pool:
        reader = make_reader(pool, decode_cpu_s=1)
        assert can_read_red(reader)
        (pid,) = pool.list_pids()
        os.kill(pid, signal.SIGSTOP)  # stuck with the first photo
        results: list[object] = []

        def decode() -> None:
            try:
                results.append(can_read_red(reader))
            except PhotoBusyError as exc:
                results.append(exc.reason)

        threads = [threading.Thread(target=decode) for _ in range(4)]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 10
        while len(results) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert results == ["too many photos are being opened; try again in a moment"] * 2
        os.kill(pid, signal.SIGCONT)
        for thread in threads:
            thread.join()
        assert results[2:] == [True, True]  # the one that was stuck, and the guaranteed one


def test_a_burst_of_valid_photos_is_decoded() -> None:
    with DecoderPool(1, QUERY_QUEUE) as pool:
        reader = make_reader(pool)
        results: list[bool] = []
        threads = [
            threading.Thread(target=lambda: results.append(can_read_red(reader))) for _ in range(24)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [True] * 24


# --- the parent process

PROGRAM = """
import io, os, signal, sys
from PIL import Image
from embed import PhotoReader
signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it is ignored
def encode_red(value):
    data = io.BytesIO()
    Image.new("RGB", (30, 20), (value, 0, 0)).save(data, "PNG")
    return data.getvalue()
def can_read_red(value):
    return int(reader.read_letterboxed(encode_red(value), 8)[4, 4, 0]) == value
reader = PhotoReader()
assert can_read_red(10)
"""


def run_program(code: str) -> subprocess.CompletedProcess[str]:
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
def test_decoders_end_with_their_parent(end: str) -> None:
    result = run_program(f"print(*reader._pool.list_pids(), flush=True)\n{end}")
    assert result.stderr == ""
    pids = [int(pid) for pid in result.stdout.split()]
    assert len(pids) == 1
    wait_until_gone(pids)


def test_ctrl_c_reaches_only_the_parent() -> None:
    result = run_program(
        "try:\n    os.killpg(0, signal.SIGINT)\n    signal.pause()\n"
        "except KeyboardInterrupt:\n    assert can_read_red(30)\n    print('went on')"
    )
    assert (result.stdout, result.stderr) == ("went on\n", "")


def test_parent_and_child_of_a_fork_have_decoders_of_their_own() -> None:
    result = run_program(
        "own_pids = reader._pool.list_pids()\n"
        "if not (child := os.fork()):\n"
        "    is_good = all(can_read_red(value) for value in range(100, 150))\n"
        "    os._exit(0 if is_good and reader._pool.list_pids() != own_pids else 9)\n"
        "assert all(can_read_red(value) for value in range(150, 200))\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
        "assert reader._pool.list_pids() == own_pids\n"
        "assert can_read_red(7)\n"
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_a_forked_child_does_not_wait_for_its_parents_threads() -> None:
    result = run_program(
        "import threading, warnings\n"
        "warnings.simplefilter('ignore')  # newer Pythons warn about forks beside threads\n"
        "from embed.photos.decoder_pool import DecoderPool\n"
        "reader = PhotoReader(pool=DecoderPool(1))\n"
        "is_over = threading.Event()\n"
        "def decode():\n"
        "    while not is_over.is_set():\n"
        "        reader.read_letterboxed(encode_red(5), 8)\n"
        "threads = [threading.Thread(target=decode) for _ in range(3)]\n"
        "for thread in threads: thread.start()\n"
        "for _ in range(5):\n"
        "    if not (child := os.fork()):\n"
        "        os._exit(0 if can_read_red(60) else 9)\n"
        "    assert os.waitpid(child, 0)[1] == 0\n"
        "is_over.set()\n"
        "for thread in threads: thread.join()\n"
    )
    assert (result.returncode, result.stderr) == (0, "")
