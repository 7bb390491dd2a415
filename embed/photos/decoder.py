"""The parent's side of one decoder process: start it, send it photos, terminate it."""

import math
import os
import select
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from embed.photos.decode_values import DecodedImage, DecodeError, DecodeRequest
from embed.photos.decoder_messages import read_message, send_message
from shopwindow.fetching import Deadline
from shopwindow.values.errors import PhotoDecoderError
from shopwindow.values.setting_groups import PhotoLimits

_PROJECT_ROOT = Path(__file__).resolve().parents[2]
_STARTUP_TIMEOUT_S = 30.0
"""Seconds that a process may take to start, on a busy machine."""

_NICE_INCREMENT = 10
"""How far a process with a slow photo is lowered in priority, in steps of `nice`."""

_EXIT_TIMEOUT_S = 1.0
_WALL_PER_CPU_S, _EXTRA_WALL_S = 4.0, 5.0
"""Wall time that a photo may take, as a multiple of its CPU time limit and in extra seconds: other
processes share the cores."""

_MAX_REASON_CHARS = 300
_INHERITED_VARIABLES = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "VIRTUAL_ENV",
)
"""Environment variables that are passed on; others may be secrets, and photos may be malicious."""


class DecoderProcess:
    """A running `embed.photos.decoder_worker`, which takes one request at a time.

    Raises:
        PhotoDecoderError: The operating system starts no process.
    """

    def __init__(self) -> None:
        channel, worker_channel = socket.socketpair()
        paths = [str(_PROJECT_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        inherited = {name: os.environ[name] for name in _INHERITED_VARIABLES if name in os.environ}
        # One thread and one heap: more of them would only reserve memory, which is limited.
        single_threaded = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
        try:
            with worker_channel:
                self._process = subprocess.Popen(
                    [
                        sys.executable,
                        "-P",
                        "-m",
                        "embed.photos.decoder_worker",
                        str(worker_channel.fileno()),
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(worker_channel.fileno(),),
                    env={**inherited, **single_threaded, "PYTHONPATH": os.pathsep.join(paths)},
                    process_group=0,  # Ctrl-C is for the parent, which closes the socket
                )
        except OSError as exc:
            channel.close()
            raise PhotoDecoderError(f"the system starts no process ({exc})") from exc
        self._channel = channel
        self._has_started = False
        self.busy_since = math.inf
        """When it got its current photo, by the monotonic clock; infinity while it starts."""
        self.is_slow = False
        """Whether a photo took so long that its priority was lowered, which is permanent."""

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process is alive."""
        return self._process.poll() is None

    def decode(
        self,
        data: bytes,
        request: DecodeRequest,
        limits: PhotoLimits,
        slow_after_s: float = math.inf,
    ) -> DecodedImage:
        """Decode one photo; after any error but `DecodeError` the process must be terminated.

        Args:
            data: The bytes of the file.
            request: The output to produce.
            limits: Limits on pixels, time and memory.
            slow_after_s: Seconds after which its priority is lowered.

        Returns:
            The decoded image; see `embed.photos.decoding.decode_image`.

        Raises:
            DecodeError: The photo cannot be used.
            PhotoDecoderError: The process has not started.
            EOFError: The process ended.
            OSError: It does not reply in time, or its reply is invalid.
        """
        self._wait_until_started()
        self.busy_since = time.monotonic()
        deadline = Deadline(_WALL_PER_CPU_S * limits.decode_cpu_s + _EXTRA_WALL_S)
        self._channel.settimeout(deadline.remaining_s())
        cost_limits = {
            "cpu_s": limits.decode_cpu_s,
            "memory_bytes": limits.decode_memory_mb * 1_000_000,
        }
        send_message(self._channel, {"request": asdict(request), **cost_limits}, data)
        self._deprioritize_if_slow(slow_after_s)
        reader = _TimedReader(self._channel, deadline)
        reply, pixels = read_message(reader, _compute_max_bytes(request))
        if "error" in reply:
            is_too_large = reply["error"] == "too large"
            reason = str(reply.get("reason"))[:_MAX_REASON_CHARS]
            raise DecodeError("too large" if is_too_large else "unreadable", reason)
        return _validate_reply(reply, pixels, request)

    def _deprioritize_if_slow(self, slow_after_s: float) -> None:
        """Lower the priority once a photo takes long: searches are short, image bombs are not."""
        if math.isinf(slow_after_s):
            return
        poll = select.poll()
        poll.register(self._channel, select.POLLIN)
        if not poll.poll(1000 * slow_after_s):
            self.is_slow = True
            with suppress(OSError):  # it has just ended
                own_priority = os.getpriority(os.PRIO_PROCESS, 0)
                os.setpriority(os.PRIO_PGRP, self._process.pid, own_priority + _NICE_INCREMENT)

    def _wait_until_started(self) -> None:
        if self._has_started:
            return
        try:
            read_message(_TimedReader(self._channel, Deadline(_STARTUP_TIMEOUT_S)))
        except (EOFError, OSError) as exc:
            code = self.terminate(_EXIT_TIMEOUT_S)
            reason = (
                f"not within {_STARTUP_TIMEOUT_S:g} s"
                if code is None
                else f"it ended with code {code}"
            )
            raise PhotoDecoderError(f"the decoder process does not start: {reason}") from exc
        self._has_started = True

    def terminate(self, grace_s: float = 0.0) -> int | None:
        """End the process.

        Args:
            grace_s: Seconds to wait until it ends by itself, as it does when it is idle.

        Returns:
            The exit code if it ended by itself, minus the signal's number if a signal ended it;
            None when it was killed here.
        """
        self.disconnect()
        try:
            return self._process.wait(grace_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return None

    def disconnect(self) -> None:
        """Close the socket: the process ends once it is idle."""
        self._channel.close()

    def detach_after_fork(self) -> None:
        """Release the process without waiting for it: it is the child of the forked parent."""
        self.disconnect()
        self._process.returncode = 0  # nothing to wait for


class _TimedReader:
    """Reads from a socket until a deadline."""

    def __init__(self, channel: socket.socket, deadline: Deadline) -> None:
        self._channel = channel
        self._deadline = deadline

    def read(self, n_bytes: int) -> bytearray:
        """Return `n_bytes` bytes, or fewer if the other side closed the socket.

        Raises:
            TimeoutError: They do not arrive in time.
        """
        data = bytearray(n_bytes)
        view, n_read = memoryview(data), 0
        while n_read < n_bytes:
            self._channel.settimeout(self._deadline.remaining_s())
            n_new = self._channel.recv_into(view[n_read:])
            if not n_new:
                return data[:n_read]
            n_read += n_new
        return data


def _compute_max_bytes(request: DecodeRequest) -> int:
    n_pixels = request.n_frames * request.target_size**2
    if request.mode == "full":
        n_pixels = request.max_pixels
    return 3 * (n_pixels + request.preview_size**2)


def _validate_reply(
    reply: dict[str, Any], pixels: bytes | bytearray, request: DecodeRequest
) -> DecodedImage:
    """Check the sizes that a process reports for its pixels: a photo may have compromised it.

    Returns:
        The decoded image.

    Raises:
        OSError: The sizes do not fit the pixels or the request.
    """
    size, preview_size = _parse_size(reply.get("size")), _parse_size(reply.get("preview"))
    n_bytes = 0 if request.mode == "size" or size is None else 3 * size[0] * size[1]
    n_preview_bytes = 0 if preview_size is None else 3 * preview_size[0] * preview_size[1]
    square = (request.target_size, request.target_size)
    is_expected_size = request.mode != "letterbox" or size == square
    n_frames = reply.get("n_frames", 1)
    if not isinstance(n_frames, int) or not 1 <= n_frames <= request.n_frames:
        raise OSError(f"expected 1 to {request.n_frames} frames, got {n_frames!r}")
    is_expected_size &= size is None or size[1] % n_frames == 0
    if size is None or not is_expected_size or n_bytes + n_preview_bytes != len(pixels):
        raise OSError(f"expected pixels of {request.mode!r}, got {len(pixels):,} bytes, {reply!r}")
    if preview_size is None:
        return DecodedImage(size, pixels, None, n_frames)
    preview = DecodedImage(preview_size, pixels[n_bytes:])
    return DecodedImage(size, pixels[:n_bytes], preview)


def _parse_size(value: object) -> tuple[int, int] | None:
    match value:
        case [int(width), int(height)] if min(width, height) > 0:
            return width, height
    return None
