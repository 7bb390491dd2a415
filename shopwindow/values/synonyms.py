"""Synonym groups: the built-in ones, and those of a shop's own file."""

from functools import cache
from pathlib import Path
from typing import TypeAlias

from shopwindow.values.errors import InvalidSettingError
from shopwindow.values.lexicon import load_lexicon_synonyms

SynonymGroup: TypeAlias = tuple[str, ...]
"""Words and phrases with the same meaning, in any languages."""

BUILTIN_SYNONYMS_PATH = Path(__file__).with_name("synonyms.txt")
SYNONYMS_SETTING = "SHOPWINDOW_SEARCH__SYNONYMS_FILE"


def read_synonyms(path: Path) -> tuple[SynonymGroup, ...]:
    """Read a synonyms file: one group per line, separated by commas; `#` starts a comment.

    Returns:
        The groups, in the order of the file.

    Raises:
        InvalidSettingError: The file cannot be read, or lines have only one word; the error names
            every such line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise InvalidSettingError(
            SYNONYMS_SETTING, "a UTF-8 text file of synonyms", str(path)
        ) from exc
    groups, errors = [], []
    for line_number, line in enumerate(lines, start=1):
        words = [word.strip() for word in line.partition("#")[0].replace("،", ",").split(",")]
        group = tuple(dict.fromkeys(word for word in words if word))
        if len(group) == 1:
            expected = f"two or more words separated by commas in line {line_number} of {path}"
            errors.append(InvalidSettingError(SYNONYMS_SETTING, expected, line.strip()))
        elif group:
            groups.append(group)
    if errors:
        joined = InvalidSettingError.join(errors)
        raise joined
    return tuple(groups)


@cache
def load_builtin_synonyms() -> tuple[SynonymGroup, ...]:
    """Return the built-in groups: colours, product types, audiences, goods, Gulf Arabic words."""
    return (*load_lexicon_synonyms(), *read_synonyms(BUILTIN_SYNONYMS_PATH))


def load_synonyms(custom_path: str = "") -> tuple[SynonymGroup, ...]:
    """Return the built-in groups, followed by those of a shop's own file if one is given.

    Raises:
        InvalidSettingError: The file cannot be read, or a line has only one word.
    """
    return (*load_builtin_synonyms(), *(read_synonyms(Path(custom_path)) if custom_path else ()))
