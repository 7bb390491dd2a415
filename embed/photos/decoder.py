"""One process that decodes photos, as its owner sees it: start, ask, end."""

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

from embed.deadline import Deadline
from embed.photos.decoder_messages import read_message, send_message
from embed.photos.decoding import DecodedImage, DecodeError, DecodeRequest
from shopwindow.values.errors import PhotoDecoderError
from shopwindow.values.settings import PhotoLimits

_PROJECT_ROOT = Path(__file__).resolve().parents[2]
_START_S = 30.0
"""Most seconds until a process has started, on a machine that is busy with other things."""

_BEHIND = 10
"""How far a slow photo is put behind others' work, in steps of `nice`."""

_END_S = 1.0
_PATIENCE, _EXTRA_WALL_S = 4.0, 5.0
"""It may take so many times its seconds of processor time, and so many more, as others work too."""

_MAX_REASON_CHARS = 300
_KEPT_NAMES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
"""Variables of the environment that it gets; others may be secrets, and photos may be hostile."""


class DecoderProcess:
    """A running `embed.photos.decoder_worker`; one request at a time.

    Raises:
        PhotoDecoderError: The system starts no process.
    """

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        paths = [str(_PROJECT_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        kept = {name: os.environ[name] for name in _KEPT_NAMES if name in os.environ}
        # One thread and one heap: more of them would only reserve memory, which is limited.
        single = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
        try:
            with theirs:
                self._process = subprocess.Popen(
                    [
                        sys.executable,
                        "-P",
                        "-m",
                        "embed.photos.decoder_worker",
                        str(theirs.fileno()),
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                    env={**kept, **single, "PYTHONPATH": os.pathsep.join(paths)},
                    process_group=0,  # Ctrl-C is for its owner, which closes the socket
                )
        except OSError as exc:
            ours.close()
            raise PhotoDecoderError(f"the system starts no process ({exc})") from exc
        self._channel = ours
        self._has_started = False
        self.busy_since = math.inf
        """The moment from which on it has its photo; later than now while it starts."""
        self.is_slow = False
        """Whether its photo took so long that it was put behind other work, for good."""

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def decode(
        self,
        data: bytes,
        request: DecodeRequest,
        limits: PhotoLimits,
        slow_after_s: float = math.inf,
    ) -> DecodedImage:
        """Decode one photo; after any error but `DecodeError` the process is to be ended.

        Args:
            data: The bytes of the file.
            request: What is wanted.
            limits: What it may cost.
            slow_after_s: Seconds after which it is put behind other work.

        Returns:
            What came of it; see `embed.photos.decoding.decode_image`.

        Raises:
            Refusal: The photo cannot be used.
            PhotoDecoderError: The process has not started.
            EOFError: The process ended.
            OSError: It does not answer in time, or with anything but pixels.
        """
        self._await_start()
        self.busy_since = time.monotonic()
        deadline = Deadline(_PATIENCE * limits.decode_cpu_s + _EXTRA_WALL_S)
        self._channel.settimeout(deadline.remaining_s())
        cost = {"cpu_s": limits.decode_cpu_s, "memory": limits.decode_memory_mb * 1_000_000}
        send_message(self._channel, {"task": asdict(request), **cost}, data)
        self._put_behind_if_slower(slow_after_s)
        answer, pixels = read_message(_Timed(self._channel, deadline), _most_bytes(request))
        if "error" in answer:
            too_large = answer["error"] == "too large"
            reason = str(answer.get("reason"))[:_MAX_REASON_CHARS]
            raise DecodeError("too large" if too_large else "unreadable", reason)
        return _validate_reply(answer, pixels, request)

    def _put_behind_if_slower(self, slow_s: float) -> None:
        """Let other work go first once a photo takes long: searches are short, bombs are not."""
        if math.isinf(slow_s):
            return
        poll = select.poll()
        poll.register(self._channel, select.POLLIN)
        if not poll.poll(1000 * slow_s):
            self.is_slow = True
            with suppress(OSError):  # it has just ended
                own = os.getpriority(os.PRIO_PROCESS, 0)
                os.setpriority(os.PRIO_PGRP, self._process.pid, own + _BEHIND)

    def _await_start(self) -> None:
        if self._has_started:
            return
        try:
            read_message(_Timed(self._channel, Deadline(_START_S)))
        except (EOFError, OSError) as exc:
            code = self.terminate(_END_S)
            reason = f"within {_START_S:g} s" if code is None else f"it ended with code {code}"
            raise PhotoDecoderError(f"their process does not start: {reason}") from exc
        self._has_started = True

    def terminate(self, grace_s: float = 0.0) -> int | None:
        """End the process.

        Args:
            grace_s: Seconds in which it may end by itself, as it does when it is idle.

        Returns:
            How it ended by itself: minus the signal's number, where that was one. None when it was
            killed here.
        """
        self.disconnect()
        try:
            return self._process.wait(grace_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return None

    def disconnect(self) -> None:
        """Close the socket, upon which the process ends when it is idle."""
        self._channel.close()

    def detach_after_fork(self) -> None:
        """Let go of what is another process's child: this process was forked from its owner."""
        self.disconnect()
        self._process.returncode = 0  # nothing to wait for


class _Timed:
    """What comes out of a socket until a deadline."""

    def __init__(self, channel: socket.socket, deadline: Deadline) -> None:
        self._channel = channel
        self._deadline = deadline

    def read(self, n_bytes: int) -> bytearray:
        """Return so many bytes, or fewer when the other side closed.

        Raises:
            TimeoutError: They do not come in time.
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


def _most_bytes(task: DecodeRequest) -> int:
    return 3 * (
        (task.max_pixels if task.mode == "full" else task.target_size**2) + task.preview_size**2
    )


def _validate_reply(
    answer: dict[str, Any], pixels: bytes | bytearray, task: DecodeRequest
) -> DecodedImage:
    """Check what a process says of its pixels: the photo may have taken it over.

    Returns:
        The answer.

    Raises:
        OSError: These are no pixels, or not of what was wanted.
    """
    size, preview = _size(answer.get("size")), _size(answer.get("preview"))
    n_first = 0 if task.mode == "size" or size is None else 3 * size[0] * size[1]
    n_second = 0 if preview is None else 3 * preview[0] * preview[1]
    is_square = task.mode != "letterbox" or size == (task.target_size, task.target_size)
    if size is None or not is_square or n_first + n_second != len(pixels):
        raise OSError(f"{len(pixels):,} bytes for {answer!r} are no pixels")
    if preview is None:
        return DecodedImage(size, pixels)
    return DecodedImage(size, pixels[:n_first], DecodedImage(preview, pixels[n_first:]))


def _size(value: object) -> tuple[int, int] | None:
    match value:
        case [int(width), int(height)] if min(width, height) > 0:
            return width, height
    return None
