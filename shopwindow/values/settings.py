"""All settings of one installation, read once at the edge and passed down as values.

Each setting can be set in the environment (`SHOPWINDOW_SERVER__PORT=8000`) or in a `.env` file in
the working folder. `docs/settings.md` lists them; a test keeps that page up to date.
"""

import os
from collections.abc import Mapping

from dotenv import dotenv_values
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from shopwindow.values.config import VariableNames, list_problems
from shopwindow.values.errors import InvalidSettingError
from shopwindow.values.setting_groups import (
    EncoderSettings,
    EventSettings,
    FeedLimits,
    IndexSettings,
    PhotoLimits,
    SearchSettings,
    ServerSettings,
)

ENV_PREFIX = "SHOPWINDOW_"
ENV_DELIMITER = "__"
DOTENV = ".env"
_ENCODING = "utf-8-sig"  # some editors write a byte order mark, which would join the first name


class Settings(BaseSettings):
    """All settings, immutable; `read_settings` also refuses unknown names."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_nested_delimiter=ENV_DELIMITER,
        env_file=DOTENV,
        env_file_encoding=_ENCODING,
        frozen=True,
        extra="ignore",  # `.env` may hold other programs' variables; ours are checked below
    )

    encoder: EncoderSettings = Field(EncoderSettings(), description="The encoder.")
    index: IndexSettings = Field(IndexSettings(), description="The index.")
    search: SearchSettings = Field(SearchSettings(), description="Search and ranking.")
    events: EventSettings = Field(EventSettings(), description="The event log.")
    photo: PhotoLimits = Field(PhotoLimits(), description="Limits on photos.")
    feed: FeedLimits = Field(FeedLimits(), description="Limits on feeds by address.")
    server: ServerSettings = Field(ServerSettings(), description="The web server.")


FORMER_NAMES: Mapping[str, str] = {
    "photo.decoders": "decoder_workers",
    "index.hnsw_from": "hnsw_min_points",
    "index.write_wait_s": "write_lock_timeout_s",
    "search.depth": "candidates_per_retriever",
    "search.read_queries": "query_understanding",
    "search.weight_named": "attribute_match_boost",
    "search.least_share": "relative_score_cutoff",
    "search.synonyms": "synonyms_file",
    "search.rules": "rules_file",
    "search.weights": "weights_file",
}
"""Names that settings had once, by group and name; they are refused with today's name."""

_NAMES = VariableNames(Settings, ENV_PREFIX, ENV_DELIMITER, FORMER_NAMES)


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment and `.env`.

    Args:
        environ: Variables to check for mistyped names; None for the process's environment.

    Returns:
        The settings, with defaults for whatever is not set.

    Raises:
        InvalidSettingError: Names are unknown or values are invalid; the error names all of them.
    """
    variables = {**_read_dotenv(), **(environ if environ is not None else os.environ)}
    faults = {
        name.upper(): fault
        for name, value in variables.items()
        if (fault := _NAMES.find_fault(name, value or ""))
    }
    settings, cause = _build_settings()
    if isinstance(cause, ValidationError):
        for problem in list_problems(cause, Settings):
            name = _NAMES.format(problem.keys)
            fault = _NAMES.find_name_fault(name) or problem.to_error(InvalidSettingError, name)
            faults.setdefault(name, fault)
    elif cause is not None:
        fault = InvalidSettingError(ENV_PREFIX, "settings that can be read", str(cause))
        faults.setdefault(ENV_PREFIX, fault)
    if faults or settings is None:
        joined = InvalidSettingError.join(list(faults.values()))
        raise joined from cause
    return settings


def _build_settings() -> tuple[Settings | None, Exception | None]:
    """Return the settings, or what pydantic raised."""
    try:
        return Settings(), None
    except (ValidationError, SettingsError, RecursionError) as exc:
        return None, exc


def _read_dotenv() -> dict[str, str | None]:
    """Return the variables of the `.env` file.

    Raises:
        InvalidSettingError: It is not UTF-8 text, or cannot be read.
    """
    try:
        return dotenv_values(DOTENV, encoding=_ENCODING)
    except UnicodeDecodeError as exc:
        raise InvalidSettingError(DOTENV, "a file in UTF-8", exc.object[exc.start :]) from exc
    except OSError as exc:
        raise InvalidSettingError(DOTENV, "a file that can be read", exc.strerror) from exc
