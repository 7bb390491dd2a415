"""Groups of words that mean the same: the shipped ones, and a shop's own file."""

from functools import cache
from pathlib import Path
from typing import TypeAlias

from shopwindow.values.errors import InvalidSettingError
from shopwindow.values.lexicon import load_lexicon_synonyms

SynonymGroup: TypeAlias = tuple[str, ...]
"""Words and phrases that mean the same, in any languages."""

BUILTIN_SYNONYMS_PATH = Path(__file__).with_name("synonyms.txt")
SYNONYMS_SETTING = "SHOPWINDOW_SEARCH__SYNONYMS"


def read_synonyms(path: Path) -> tuple[SynonymGroup, ...]:
    """Read a file of synonyms: one group a line, separated by commas; # begins a remark.

    Returns:
        The groups, in the order of the file.

    Raises:
        InvalidSettingError: The file cannot be read, or a line is no group.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidSettingError(
            SYNONYMS_SETTING, "a UTF-8 text file of synonyms", str(path)
        ) from exc
    groups = []
    for number, line in enumerate(lines, start=1):
        words = [word.strip() for word in line.partition("#")[0].replace("،", ",").split(",")]
        group = tuple(dict.fromkeys(word for word in words if word))
        if len(group) == 1:
            expected = f"two or more words between commas in line {number} of {path}"
            raise InvalidSettingError(SYNONYMS_SETTING, expected, line.strip())
        if group:
            groups.append(group)
    return tuple(groups)


@cache
def load_builtin_synonyms() -> tuple[SynonymGroup, ...]:
    """Return the groups that come with Shopwindow: colours, kinds, people, goods, Gulf words."""
    return (*load_lexicon_synonyms(), *read_synonyms(BUILTIN_SYNONYMS_PATH))


def load_synonyms(custom_path: str = "") -> tuple[SynonymGroup, ...]:
    """Return the shipped groups, and those of a shop's own file if it has one.

    Raises:
        InvalidSettingError: The file cannot be used.
    """
    return (*load_builtin_synonyms(), *(read_synonyms(Path(custom_path)) if custom_path else ()))
