"""All settings of one installation, read once at the edge and handed down as values.

Each setting can be given in the environment (`SHOPWINDOW_SERVER__PORT=8000`) or in a `.env` file
of the working folder. `docs/settings.md` lists them; a test keeps that page complete.
"""

import os
from collections.abc import Mapping
from typing import Literal, Self

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from shopwindow.values.errors import InvalidSettingError
from shopwindow.values.validation import Validator, are_plain_strings

ENV_PREFIX = "SHOPWINDOW_"
ENV_DELIMITER = "__"
DOTENV = ".env"
_ENCODING = "utf-8-sig"  # some editors begin a file with a mark that would join the first name
_SECRETS = ("KEY", "PASSWORD")


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PhotoLimits(_Group):
    """What a photo may cost before it is refused; a visitor's less than a product's."""

    max_bytes: int = Field(20_000_000, gt=0, description="Largest photo file, in bytes.")
    max_pixels: int = Field(
        80_000_000, gt=0, description="Most pixels of a photo; guards against picture bombs."
    )
    query_max_bytes: int = Field(
        10_000_000, gt=0, description="Largest file of a photo in a query, in bytes."
    )
    query_max_pixels: int = Field(
        25_000_000, gt=0, description="Most pixels of a photo in a query."
    )
    decode_cpu_s: float = Field(
        10.0, gt=0, description="Seconds of processor time that opening one photo may take."
    )
    query_decode_cpu_s: float = Field(1.5, gt=0, description="The same for a photo in a query.")
    decode_memory_mb: int = Field(
        1280, ge=64, description="Memory that opening one photo may take, in MB (Linux only)."
    )
    query_decode_memory_mb: int = Field(640, ge=64, description="The same for a photo in a query.")
    decoder_workers: int = Field(
        2,
        ge=1,
        le=64,
        description="Processes that open photos: so many for queries and so many for products, "
        "started when they are needed.",
    )
    fetch_timeout_s: float = Field(
        10.0, gt=0, description="Seconds that fetching one photo's address may take in all."
    )
    max_redirects: int = Field(
        3, ge=0, description="Redirects followed for one address; each target is checked again."
    )
    allow_private_addresses: bool = Field(
        False, description="Fetch photos from loopback and private networks too."
    )

    def for_queries(self) -> Self:
        """Return what a photo in a query may cost: the smaller of each pair of limits."""
        return self.model_copy(
            update={
                name: min(getattr(self, name), getattr(self, f"query_{name}"))
                for name in ("max_bytes", "max_pixels", "decode_cpu_s", "decode_memory_mb")
            }
        )


class EncoderSettings(_Group):
    """Which encoder, and how it runs."""

    name: str = Field(
        "compact", description="An encoder's name or folder; see `shopwindow encoders`."
    )
    precision: Literal["auto", "float32", "bfloat16", "int8"] = Field(
        "auto",
        description="Numbers that photos are encoded in; auto takes what is fastest here: bfloat16 "
        "for torch encoders, int8 for compact.",
    )
    threads: int = Field(0, ge=0, description="Threads of the encoder; 0 takes the cores.")
    batch_size: int = Field(32, ge=1, le=1024, description="Photos encoded at once.")


class IndexSettings(_Group):
    """Where the index is, and how it is built."""

    location: str = Field(
        "var/index", description="A folder (embedded engine) or the address of a Qdrant server."
    )
    collection: str = Field("products", description="Name of the collection on a server.")
    api_key: SecretStr | None = Field(None, description="Key of the Qdrant server.")
    batch_size: int = Field(
        256, ge=1, le=10_000, description="Products written and made durable at once."
    )
    hnsw_min_points: int = Field(
        20_000, ge=0, description="Products from which a graph is built; below, search is exact."
    )
    timeout_s: float = Field(
        30.0, gt=0, description="Seconds that the embedded engine may take for one answer."
    )
    write_lock_timeout_s: float = Field(
        600.0,
        ge=0,
        description="Seconds to wait while another process is writing to the same folder.",
    )


class SearchSettings(_Group):
    """How answers are found and put in order."""

    candidates_per_retriever: int = Field(
        200, ge=10, le=2000, description="Candidates that each leg retrieves for one query."
    )
    fusion: Literal["theoretical_min_max", "min_max", "dbsf", "rrf"] = Field(
        "theoretical_min_max",
        description="How the legs' scores become one; see docs/decisions/0005-fusion.md.",
    )
    weight_lexical: float = Field(1.0, ge=0, description="Weight of matching words.")
    weight_text: float = Field(0.3, ge=0, description="Weight of text-to-text likeness.")
    weight_text_image: float = Field(0.3, ge=0, description="Weight of text-to-photo likeness.")
    query_understanding: bool = Field(
        True,
        description="Correct typing errors, and read prices, names and negatives in the words.",
    )
    synonyms_file: str = Field(
        "", description="A text file of words that mean the same: one group a line, with commas."
    )
    rules_file: str = Field(
        "", description="A TOML file of the merchandiser's rules; see docs/rules.md."
    )
    attribute_match_boost: float = Field(
        0.1,
        ge=0,
        description="Most that a product gains by the colours, brands, kinds and other "
        "names of the catalogue that the query's words name.",
    )
    weight_image: float = Field(1.0, ge=0, description="Weight of photo-to-photo likeness.")
    relative_score_cutoff: float = Field(
        0.3,
        ge=0,
        le=1,
        description="Share of the best score below which candidates are left out as irrelevant; "
        "0 keeps all.",
    )
    weights_file: str = Field(
        "",
        description="A TOML file of what tastes, popularity and so on weigh; see docs/people.md.",
    )
    diversity: float = Field(
        0.0, ge=0, le=1, description="How far hits must differ from those before them."
    )


class EventSettings(_Group):
    """Whether what people see and do is logged, and where."""

    enabled: bool = Field(
        False,
        description="Log what `shopwindow serve` shows, and to whom. Off unless asked for: your "
        "visitors should know first.",
    )
    folder: str = Field("var/events", description="Folder of the event log.")
    consume: bool = Field(
        True,
        description="Whether `shopwindow serve` learns profiles from the log, when no other "
        "process does; false where `shopwindow profiles consume` runs.",
    )
    store: str = Field(
        "",
        description="Where events go to be analysed: a folder (Parquet), `chdb:FOLDER`, "
        "`clickhouse://USER@HOST:PORT/DATABASE` or `clickhouses://...` (TLS). Empty: the folder "
        "`analysis` in that of the log.",
    )
    store_password: SecretStr | None = Field(None, description="Password of the ClickHouse server.")


class ServerSettings(_Group):
    """Where the page is served."""

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for all.")
    port: int = Field(7860, ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")


class Settings(BaseSettings):
    """Every setting, frozen; `read_settings` also refuses unknown names."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_nested_delimiter=ENV_DELIMITER,
        env_file=DOTENV,
        env_file_encoding=_ENCODING,
        frozen=True,
        extra="ignore",  # `.env` may hold other programs' lines; ours are checked below
    )

    encoder: EncoderSettings = Field(EncoderSettings(), description="The encoder.")
    index: IndexSettings = Field(IndexSettings(), description="The index.")
    search: SearchSettings = Field(SearchSettings(), description="The search.")
    events: EventSettings = Field(EventSettings(), description="The event log.")
    photo: PhotoLimits = Field(PhotoLimits(), description="Limits on photos.")
    server: ServerSettings = Field(ServerSettings(), description="The server.")


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment and `.env`.

    Args:
        environ: Variables to check for mistyped names; the process's own when None.

    Returns:
        The settings, with defaults for whatever is not set.

    Raises:
        InvalidSettingError: A name is unknown or a value does not fit; the error names it.
    """
    variables = {**_dotenv(), **(environ if environ is not None else os.environ)}
    for name, value in variables.items():
        if name.upper().startswith(ENV_PREFIX):
            _check(name, value)
    try:
        return Settings()
    except ValidationError as exc:
        first = exc.errors()[0]
        path = ENV_DELIMITER.join(str(part) for part in first["loc"]).upper()
        name = path if path.startswith(ENV_PREFIX) else ENV_PREFIX + path
        raise InvalidSettingError(name, first["msg"], first.get("input")) from exc
    except (SettingsError, RecursionError) as exc:
        raise InvalidSettingError(ENV_PREFIX, "settings that can be read", str(exc)) from exc


def _dotenv() -> dict[str, str | None]:
    """Return the variables of the `.env` file.

    Raises:
        InvalidSettingError: It is no text, or cannot be read.
    """
    try:
        return dotenv_values(DOTENV, encoding=_ENCODING)
    except UnicodeDecodeError as exc:
        raise InvalidSettingError(DOTENV, "a file in UTF-8", exc.object[exc.start :]) from exc
    except OSError as exc:
        raise InvalidSettingError(DOTENV, "a file that can be read", exc.strerror) from exc


def _check(name: str, value: str | None) -> None:
    """Refuse a variable of an unknown group, or whose value no setting can have.

    pydantic-settings passes over a mistyped top-level variable even with extra="forbid".

    Raises:
        InvalidSettingError: It is one.
    """
    top = name.upper().removeprefix(ENV_PREFIX).split(ENV_DELIMITER)[0].lower()
    if top not in Settings.model_fields:
        known = ", ".join(sorted(f"{ENV_PREFIX}{f.upper()}" for f in Settings.model_fields))
        raise InvalidSettingError(name, f"a name that begins with one of {known}", top)
    if any(secret in name.upper() for secret in _SECRETS) and not are_plain_strings([value or ""]):
        raise InvalidSettingError(name, "a text in valid Unicode", "something secret")
    Validator(InvalidSettingError).check_text(name, value or "")
