"""The groups of settings: what can be set, with defaults, ranges and what it does.

They are apart from `shopwindow.values.settings`, which reads them from the environment: who takes a
group as a value does not wait for the reader.
"""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class _SettingGroup(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class PhotoLimits(_SettingGroup):
    """Resource limits on photos; those for query photos are stricter than for product photos."""

    max_bytes: int = Field(20_000_000, gt=0, description="Maximum size of a photo file, in bytes.")
    max_pixels: int = Field(
        80_000_000,
        gt=0,
        description="Maximum number of pixels of a photo; guards against decompression bombs.",
    )
    query_max_bytes: int = Field(
        10_000_000, gt=0, description="Maximum size of a query photo's file, in bytes."
    )
    query_max_pixels: int = Field(
        25_000_000, gt=0, description="Maximum number of pixels of a query photo."
    )
    decode_cpu_s: float = Field(
        10.0, gt=0, description="CPU seconds that decoding one photo may take."
    )
    query_decode_cpu_s: float = Field(
        1.5, gt=0, description="CPU seconds that decoding one query photo may take."
    )
    decode_memory_mb: int = Field(
        1280, ge=64, description="Memory that decoding one photo may take, in MB (Linux only)."
    )
    query_decode_memory_mb: int = Field(
        640,
        ge=64,
        description="Memory that decoding one query photo may take, in MB (Linux only).",
    )
    decoder_workers: int = Field(
        2,
        ge=1,
        le=64,
        description="Number of decoder processes for query photos, and again for product photos; "
        "started on demand.",
    )
    fetch_timeout_s: float = Field(
        10.0, gt=0, description="Seconds that downloading one photo may take in total."
    )
    max_redirects: int = Field(
        3, ge=0, description="Redirects followed for one address; each target is checked again."
    )
    allow_private_addresses: bool = Field(
        False, description="Also download photos from loopback and private networks."
    )

    def for_queries(self) -> Self:
        """Return the limits for query photos: the stricter of each pair."""
        return self.model_copy(
            update={
                name: min(getattr(self, name), getattr(self, f"query_{name}"))
                for name in ("max_bytes", "max_pixels", "decode_cpu_s", "decode_memory_mb")
            }
        )


class FeedLimits(_SettingGroup):
    """Limits on feeds that are fetched from an address."""

    max_bytes: int = Field(
        4_000_000_000, gt=0, description="Maximum size of a feed as it is sent, in bytes."
    )
    fetch_timeout_s: float = Field(
        900.0, gt=0, description="Seconds that fetching one feed may take, attempts and pauses too."
    )
    max_redirects: int = Field(
        5, ge=0, description="Redirects followed for one feed; each target is checked again."
    )
    max_attempts: int = Field(
        4,
        ge=1,
        le=20,
        description="Attempts at a feed whose server is busy or breaks the connection.",
    )
    allow_private_addresses: bool = Field(
        False, description="Also fetch feeds from loopback and private networks."
    )


class EncoderSettings(_SettingGroup):
    """Which encoder to use, and how it runs."""

    name: str = Field(
        "compact", description="Name or folder of the encoder; see `shopwindow encoders`."
    )
    precision: Literal["auto", "float32", "bfloat16", "int8"] = Field(
        "auto",
        description="Precision of the image tower; auto takes the fastest on this machine: "
        "bfloat16 for torch encoders, int8 for compact.",
    )
    threads: int = Field(
        0, ge=0, description="Threads of the encoder; 0 for the number of CPU cores."
    )
    batch_size: int = Field(32, ge=1, le=1024, description="Photos encoded per batch.")


class IndexSettings(_SettingGroup):
    """Where the index is, and how it is built."""

    location: str = Field(
        "var/index", description="A folder (embedded engine) or the address of a Qdrant server."
    )
    collection: str = Field("products", description="Name of the collection on a Qdrant server.")
    api_key: SecretStr | None = Field(None, description="API key of the Qdrant server.")
    batch_size: int = Field(
        256,
        ge=1,
        le=10_000,
        description="Products, or photos if they are more, decoded, written and synced to disk per "
        "batch.",
    )
    max_photos: int = Field(
        8,
        ge=1,
        le=21,
        description="Number of photos of each product that are encoded, the main one first; 1 for "
        "the main one alone.",
    )
    hnsw_min_points: int = Field(
        20_000,
        ge=0,
        description="Number of products from which an HNSW graph is built; below it, vector "
        "search is exact.",
    )
    timeout_s: float = Field(
        30.0, gt=0, description="Seconds that the embedded engine may take for one request."
    )
    base_currency: str = Field(
        "",
        pattern="^([A-Z]{3})?$",
        description="ISO code of the currency that prices are compared in; empty for the one that "
        "most products have.",
    )
    rates_file: str = Field(
        "",
        description="A TOML file of exchange rates, read again when it changes; empty for those "
        "shipped; see docs/prices.md.",
    )
    write_lock_timeout_s: float = Field(
        600.0,
        ge=0,
        description="Seconds to wait while another process is writing to the same folder.",
    )


class SearchSettings(_SettingGroup):
    """How candidates are retrieved, scored and ranked."""

    candidates_per_retriever: int = Field(
        200, ge=10, le=2000, description="Candidates that each retriever returns for one query."
    )
    fusion: Literal["theoretical_min_max", "min_max", "dbsf", "rrf"] = Field(
        "theoretical_min_max",
        description="How the retrievers' scores are fused; see docs/decisions/0005-fusion.md.",
    )
    weight_lexical: float = Field(1.0, ge=0, description="Weight of keyword matches (BM25).")
    weight_text: float = Field(0.3, ge=0, description="Weight of text-to-text similarity.")
    weight_text_image: float = Field(0.3, ge=0, description="Weight of text-to-photo similarity.")
    query_understanding: bool = Field(
        True,
        description="Correct typing errors, and interpret prices, attributes and negations in the "
        "query text.",
    )
    synonyms_file: str = Field(
        "", description="A text file of synonyms: one group per line, separated by commas."
    )
    rules_file: str = Field(
        "", description="A TOML file of merchandising rules; see docs/rules.md."
    )
    attribute_match_boost: float = Field(
        0.1,
        ge=0,
        description="Maximum boost for matching the colours, brands, categories and other "
        "attribute values that the query text names.",
    )
    weight_image: float = Field(1.0, ge=0, description="Weight of photo-to-photo similarity.")
    relative_score_cutoff: float = Field(
        0.3,
        ge=0,
        le=1,
        description="Fraction of the best score below which candidates are dropped as irrelevant; "
        "0 keeps all.",
    )
    weights_file: str = Field(
        "",
        description="A TOML file of the weights of preferences, popularity and other personalized "
        "features; see docs/people.md.",
    )
    diversity: float = Field(
        0.0,
        ge=0,
        le=1,
        description="How strongly hits must differ from those ranked above them; 0 for not at all.",
    )


class EventSettings(_SettingGroup):
    """Whether impressions and interactions are logged, and where."""

    enabled: bool = Field(
        False,
        description="Log impressions and interactions of `shopwindow serve`. Off by default: "
        "inform your visitors first.",
    )
    folder: str = Field("var/events", description="Folder of the event log.")
    consume: bool = Field(
        True,
        description="Whether `shopwindow serve` learns profiles from the log, when no other "
        "process does; false where `shopwindow profiles consume` runs.",
    )
    store: str = Field(
        "",
        description="Analytics store of the events: a folder (Parquet), `chdb:FOLDER`, "
        "`clickhouse://USER@HOST:PORT/DATABASE` or `clickhouses://...` (TLS). Empty: the folder "
        "`analysis` in the event log's folder.",
    )
    store_password: SecretStr | None = Field(None, description="Password of the ClickHouse server.")


class ServerSettings(_SettingGroup):
    """Where the web page is served."""

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for all interfaces.")
    feed_check: bool | None = Field(
        None,
        description="Whether the page has `/check-feed`, which shows what an uploaded feed's "
        "columns are used for; empty: only where nobody but this machine is served.",
    )
    port: int = Field(7860, ge=0, le=65_535, description="Port to listen on; 0 for a free one.")
