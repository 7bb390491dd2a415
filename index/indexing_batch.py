"""Items of an indexing batch: what of each product needs encoding, and its decoded photo."""

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from functools import cached_property

from index.catalog.records import FeedRow, Rejection
from index.fingerprint import Fingerprint, digest_payload, digest_photo, digest_texts
from index.payload import build_encoder_texts, to_payload, to_point_id, tokenize_product
from index.perceptual_hash import compute_perceptual_hash
from index.store.points import Payload, Point, PointId
from index.text.analyzer import Token
from shopwindow.values import Encoder, PreparedImage, Product
from shopwindow.values.errors import PhotoError


@dataclass(slots=True)
class LoadedPhoto:
    """The outcome of loading a photo: its digest, and the decoded image or an error.

    Attributes:
        digest: Digest of the file; see `Fingerprint`.
        prepared: The decoded image; None if the photo did not change or cannot be used.
        perceptual_hash: Hash of the decoded image; see `index.perceptual_hash`.
        error: Why the photo cannot be used; empty if it can.
    """

    digest: str = ""
    prepared: PreparedImage | None = None
    perceptual_hash: str = ""
    error: str = ""


@dataclass
class BatchItem:
    """One product of a batch.

    Attributes:
        product: The product.
        line: Its line in the feed.
        stored: The stored point without vectors; None for a new product.
        tokens: The tokens of its texts.
        texts: The texts to encode, one for each language.
        photo: The photo, decoded in another thread if it changed.
        photo_column: The feed's own name of the photo's column.
        payload: The payload to store, without digests.
    """

    product: Product
    line: int
    stored: Point | None
    tokens: tuple[Token, ...]
    texts: tuple[str, ...]
    photo: "Future[LoadedPhoto]"
    photo_column: str = "image"
    payload: Payload = field(default_factory=dict)

    @cached_property
    def id(self) -> PointId:
        """The point id of the product."""
        return to_point_id(self.product.id)

    @cached_property
    def stored_fingerprint(self) -> Fingerprint:
        """The stored digests; empty for a new product."""
        return Fingerprint.from_payload(self.stored.payload if self.stored else {})

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """The digests of the product as the feed has it; the first access waits for the photo."""
        return Fingerprint(
            photo=self.photo.result().digest,
            text=digest_texts(self.texts, self.tokens),
            data=digest_payload(self.payload),
        )

    def get_photo_rejection(self, file: str) -> Rejection | None:
        """Return the rejection of an unusable photo; None if it is usable or missing."""
        error = self.photo.result().error
        if not error:
            return None
        product = self.product
        return Rejection(
            file,
            self.line,
            self.photo_column,
            error,
            product.id,
            product.image,
            merchant_id=product.merchant_id,
            field="image" if self.texts else "",
        )


def start_batch_item(
    row: FeedRow, product: Product, stored: Point | None, encoder: Encoder, executor: Executor
) -> BatchItem:
    """Start indexing one product: its photo is read and decoded in another thread.

    Args:
        row: The row that the product comes from.
        product: The product.
        stored: The stored point without vectors; None for a new product.
        encoder: Encoder of the photo.
        executor: Runs the thread.

    Returns:
        The product with everything that needs no encoder.
    """
    stored_fingerprint = Fingerprint.from_payload(stored.payload if stored else {})
    return BatchItem(
        product=product,
        line=row.line,
        stored=stored,
        tokens=tokenize_product(product),
        texts=build_encoder_texts(product),
        photo=executor.submit(_load_photo, product, stored_fingerprint.photo, encoder),
        photo_column=row.photo_column,
        payload=to_payload(product),
    )


def _load_photo(product: Product, stored_digest: str, encoder: Encoder) -> LoadedPhoto:
    if not product.image:
        return LoadedPhoto()
    digest = digest_photo(product)
    if digest and digest == stored_digest:
        return LoadedPhoto(digest)
    try:
        prepared = encoder.prepare_image(product.image)
        return LoadedPhoto(digest, prepared, compute_perceptual_hash(prepared))
    except PhotoError as exc:
        # No digest is stored, so that the next run tries the photo again.
        # The reason comes first, and the photo in quotes: reports group the rows by reason.
        return LoadedPhoto(error=f"{exc.reason} (photo {product.image[:200]!r})")


def collect_prepared_photos(items: Sequence[BatchItem]) -> list[tuple[BatchItem, PreparedImage]]:
    """Return the items whose photo must be encoded, each with its decoded photo."""
    decoded = ((item, item.photo.result().prepared) for item in items)
    return [(item, prepared) for item, prepared in decoded if prepared is not None]
