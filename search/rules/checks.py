"""What rules refuse, all of it at once."""

from collections import Counter
from collections.abc import Iterable

from core.errors import RuleError

MAX_SHOWN_CHARS = 60


def refuse(faults: Iterable[str]) -> None:
    """Refuse a value that has faults.

    Raises:
        RuleError: There is a fault; all of them are in it.
    """
    found = tuple(faults)
    if found:
        raise RuleError(found)


def list_faults(name: str, texts: object) -> list[str]:
    """Return what is wrong with a list that must hold texts, each once, at least one.

    Args:
        name: What the list is called where it was written.
        texts: The list.
    """
    if not isinstance(texts, tuple) or not all(isinstance(each, str) for each in texts):
        return [f"`{name}`: expected texts in a tuple, got {shown(texts)}"]
    if not texts:
        return [f"`{name}`: the list is empty; write at least one, or leave `{name}` out"]
    if not all(each.strip() for each in texts):
        return [f"`{name}`: one of its texts is empty; take it out"]
    double = [each for each, n in Counter(texts).items() if n > 1]
    return [f"`{name}`: {shown(each)} stands there more than once" for each in double]


def shown(value: object) -> str:
    """Return a value as a rule's author may have written it, cut when it is long."""
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    if hasattr(value, "isoformat"):
        text = value.isoformat()
    return text if len(text) <= MAX_SHOWN_CHARS else text[: MAX_SHOWN_CHARS - 3] + "..."
