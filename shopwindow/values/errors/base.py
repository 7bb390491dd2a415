"""The base class of all errors, the repr of values in messages, and `ForkedError`."""

_MAX_SHOWN_CHARS = 80


class ShopwindowError(Exception):
    """Base class of every error; catch it at the edges only."""

    def __str__(self) -> str:
        """Return the message as written (KeyError would put it in quotes).

        Lone surrogates, which no terminal, log or page accepts, are backslash-escaped.
        """
        message = str(self.args[0]) if self.args else type(self).__name__
        return message.encode("utf-8", "backslashreplace").decode("utf-8")

    def __reduce__(self) -> tuple[object, ...]:
        """Return how to unpickle it without `__init__`: errors cross from worker processes."""
        return (_restore_error, (type(self), self.args, dict(self.__dict__)))


def _restore_error(
    error_type: type[ShopwindowError], args: tuple[object, ...], attributes: dict[str, object]
) -> ShopwindowError:
    base = OSError if issubclass(error_type, OSError) else Exception  # their layouts differ
    error: ShopwindowError = base.__new__(error_type)
    error.args = args
    error.__dict__.update(attributes)
    return error


def safe_repr(value: object, max_chars: int = _MAX_SHOWN_CHARS) -> str:
    """Return the repr of a value on one printable line, shortened to `max_chars`; never raises."""
    if isinstance(value, (str, bytes)):
        value = value[: max_chars + 1]
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 -- too many digits, a deep list, any class's own __repr__
        text = f"<{type(value).__name__} that cannot be shown>"
    text = text if len(text) <= max_chars else text[: max_chars - 3] + "..."
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


class ForkedError(ShopwindowError, RuntimeError):
    """A resource that one process opened is used in a process that was forked from it."""

    def __init__(self, resource: str, owner_pid: int) -> None:
        self.resource = resource
        self.owner_pid = owner_pid
        super().__init__(
            f"{resource} was opened by process {owner_pid}, from which this process was forked; "
            "threads and connections do not survive a fork. Open encoder, log and service in each "
            "process after the fork (gunicorn: in `post_fork`, or without --preload)."
        )
