"""The decoder process: decodes photos for its parent, within resource limits that kill it.

Run as `python -P -m embed.photos.decoder_worker SOCKET_FD`. A request is JSON (the output to
produce, and the limits) and the bytes of a file; a reply is JSON and RGB pixels. The parent trusts
nothing of it but pixels: a malicious file may have compromised this process.

It ends when the socket closes, which happens whenever the parent dies.
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

from embed.photos.decode_values import DecodeError, DecodeRequest
from embed.photos.decoder_messages import read_message, send_message
from embed.photos.decoding import decode_image

_MAX_OPEN_FILES = 64
"""Python itself opens some when it imports modules."""


def main(descriptor: int) -> None:
    """Handle requests until the socket closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent
    warnings.simplefilter("ignore")  # about broken EXIF blocks and the like
    Image.MAX_IMAGE_PIXELS = None  # each request has limits of its own
    _drop_privileges()
    with (
        socket.socket(fileno=descriptor) as channel,
        channel.makefile("rb") as requests,
        suppress(EOFError, OSError),  # the parent is gone
    ):
        send_message(channel, {"ready": True})
        while True:
            values, data = read_message(requests)
            send_message(channel, *_handle_request(values, bytes(data)))  # bytes() copies nothing


def _handle_request(values: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    request = DecodeRequest(**values["request"])
    try:
        with _limit_resources(values["cpu_s"], values["memory_bytes"]):
            size, pixels, preview, n_frames = decode_image(data, request)
    except DecodeError as exc:
        return {"error": exc.kind, "reason": exc.reason}, b""
    except MemoryError:
        memory_mb = values["memory_bytes"] // 1_000_000
        reason = f"opening it takes more than {memory_mb:,} MB; save it smaller"
        return {"error": "too large", "reason": reason}, b""
    if preview is None:
        return {"size": size, "n_frames": n_frames}, bytes(pixels)
    return {"size": size, "preview": preview.size}, bytes(pixels) + preview.pixels


@contextmanager
def _limit_resources(cpu_s: float, memory_bytes: int) -> Iterator[None]:
    """Limit CPU time, beyond which the process is killed, and memory.

    Args:
        cpu_s: Seconds of CPU time, of all threads.
        memory_bytes: Bytes beyond what the process has now.

    Yields:
        While the limits are in force.
    """
    current_bytes = _get_address_space_bytes()
    if current_bytes:
        _lower_limit(resource.RLIMIT_AS, current_bytes + memory_bytes)
    # A timer, since RLIMIT_CPU counts whole seconds; nothing handles its signal, so it kills the
    # process wherever it is.
    signal.setitimer(signal.ITIMER_PROF, cpu_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _get_address_space_bytes() -> int:
    """Return the size of this process's address space; 0 where the system does not tell.

    macOS neither tells nor enforces such a limit; there, only pixels and time are limited.
    """
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _drop_privileges() -> None:
    """Keep this process from writing files, opening many, and dumping core."""
    for name in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        _lower_limit(name, 0)
    _lower_limit(resource.RLIMIT_NOFILE, _MAX_OPEN_FILES)


def _lower_limit(name: int, value: int) -> None:
    _, hard_limit = resource.getrlimit(name)
    with suppress(ValueError, OSError):  # the hard limit is lower already
        resource.setrlimit(name, (value, hard_limit))


if __name__ == "__main__":
    main(int(sys.argv[1]))
