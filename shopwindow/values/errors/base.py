"""The base of all errors, how a value is shown in one, and errors of no single part."""

_MAX_SHOWN_CHARS = 80


class ShopwindowError(Exception):
    """Base of every error below; catch it at the edges only."""

    def __str__(self) -> str:
        """Return the message as written (KeyError would put it in quotes).

        Halves of surrogate pairs, which no terminal, log or page takes, come as escapes.
        """
        message = str(self.args[0]) if self.args else type(self).__name__
        return message.encode("utf-8", "backslashreplace").decode("utf-8")

    def __reduce__(self) -> tuple[object, ...]:
        """Return what pickle rebuilds the error from: errors cross from worker processes."""
        return (_rebuilt, (type(self), self.args, dict(self.__dict__)))


def _rebuilt(
    kind: type[ShopwindowError], args: tuple[object, ...], values: dict[str, object]
) -> ShopwindowError:
    base = OSError if issubclass(kind, OSError) else Exception  # their layouts differ
    error: ShopwindowError = base.__new__(kind)
    error.args = args
    error.__dict__.update(values)
    return error


def safe_repr(value: object, max_chars: int = _MAX_SHOWN_CHARS) -> str:
    """Return a value as Python writes it, on one line and cut when it is long; it never raises."""
    if isinstance(value, (str, bytes)):
        value = value[: max_chars + 1]
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 -- a number of too many digits, a deep list, anybody's class
        text = f"<{type(value).__name__} that cannot be shown>"
    text = text if len(text) <= max_chars else text[: max_chars - 3] + "..."
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


class ForkedError(ShopwindowError, RuntimeError):
    """What one process opened is used in another that was forked from it."""

    def __init__(self, resource: str, owner_pid: int) -> None:
        self.resource = resource
        self.owner_pid = owner_pid
        super().__init__(
            f"{resource} was opened by process {owner_pid}, from which this one was forked; threads "
            "and connections do not survive that. Open encoder, log and service in each process, "
            "after the fork (gunicorn: in `post_fork`, or without --preload)."
        )
