"""The process that decodes photos for another one, within limits that end it.

Run as `python -P -m embed.photos.decoder_worker SOCKET_FD`. A request is a frame of JSON (what is wanted,
and what it may cost) and the bytes of a file; a reply a frame of JSON and RGB pixels. Nobody trusts
what comes out of here but as pixels: the file may have taken this process over.

It ends when the socket closes, which it does when the other process dies, however it dies.
"""

import resource
import signal
import socket
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from PIL import Image

from embed.photos.decoder_messages import read_message, send_message
from embed.photos.decoding import DecodeError, DecodeRequest, decode_image

_OPEN_FILES = 64
"""Python itself opens some when it imports."""


def main(descriptor: int) -> None:
    """Answer requests until the socket closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the other process
    warnings.simplefilter("ignore")  # of broken EXIF blocks and the like
    Image.MAX_IMAGE_PIXELS = None  # the limits that come with each photo count
    _give_up_rights()
    with (
        socket.socket(fileno=descriptor) as channel,
        channel.makefile("rb") as requests,
        suppress(EOFError, OSError),  # the other process is gone
    ):
        send_message(channel, {"ready": True})
        while True:
            asked, data = read_message(requests)
            send_message(channel, *_answer(asked, bytes(data)))  # which copies nothing


def _answer(asked: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    task = DecodeRequest(**asked["task"])
    try:
        with _limited(asked["cpu_s"], asked["memory"]):
            size, pixels, preview = decode_image(data, task)
    except DecodeError as exc:
        return {"error": exc.kind, "reason": exc.reason}, b""
    except MemoryError:
        reason = f"opening it takes more than {asked['memory'] // 1_000_000:,} MB; save it smaller"
        return {"error": "too large", "reason": reason}, b""
    if preview is None:
        return {"size": size}, bytes(pixels)
    return {"size": size, "preview": preview.size}, bytes(pixels) + preview.pixels


@contextmanager
def _limited(cpu_s: float, memory: int) -> Iterator[None]:
    """Have the system end this process when it works longer, and refuse it more memory.

    Args:
        cpu_s: Seconds of processor time, of all threads.
        memory: Bytes beyond what the process has now.

    Yields:
        While the limits hold.
    """
    now = _address_space()
    if now:
        _limit(resource.RLIMIT_AS, now + memory)
    # A timer, as the system's own limit counts whole seconds; nothing handles the signal, so it
    # ends the process wherever it is.
    signal.setitimer(signal.ITIMER_PROF, cpu_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _address_space() -> int:
    """Return the bytes of this process's address space; 0 where the system does not say.

    macOS neither says nor keeps to such a limit; there, pixels and time alone are limited.
    """
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _give_up_rights() -> None:
    """Keep this process from writing files, opening many, and leaving a picture of its memory."""
    for name in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        _limit(name, 0)
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)


def _limit(name: int, value: int) -> None:
    _, most = resource.getrlimit(name)
    with suppress(ValueError, OSError):  # the system has a lower limit already
        resource.setrlimit(name, (value, most))


if __name__ == "__main__":
    main(int(sys.argv[1]))
