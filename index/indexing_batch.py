"""One batch of an indexing run: what of each product needs encoding, and the photos for it."""

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from functools import cached_property

from index.catalog.records import Rejection
from index.fingerprint import Fingerprint, digest_payload, digest_photo, digest_texts
from index.payload import build_encoder_texts, to_payload, to_point_id, tokenize_product
from index.perceptual_hash import compute_perceptual_hash
from index.store.points import Payload, Point
from index.text.analyzer import Token
from shopwindow.values.encoder import Encoder, PreparedImage
from shopwindow.values.errors import PhotoError
from shopwindow.values.product import Product


@dataclass(slots=True)
class LoadedPhoto:
    """A photo on its way: its digest, and the decoded picture or the reason why there is none.

    Attributes:
        digest: Of the file; see `Fingerprint`.
        prepared: The decoded picture, if it is new.
        perceptual_hash: Its print; see `index.perceptual_hash`.
        error: Why it cannot be used.
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
        stored: The point in the store without vectors; None when it is new.
        tokens: Its words.
        texts: What the encoder reads, one for each language.
        photo: The photo, decoded in another thread if it changed.
    """

    product: Product
    line: int
    stored: Point | None
    tokens: tuple[Token, ...]
    texts: tuple[str, ...]
    photo: "Future[LoadedPhoto]"
    payload: Payload = field(default_factory=dict)

    @cached_property
    def id(self) -> str:
        """The point id."""
        return to_point_id(self.product.id)

    @cached_property
    def stored_fingerprint(self) -> Fingerprint:
        """The stored digests; empty ones for a new product."""
        return Fingerprint.from_payload(self.stored.payload if self.stored else {})

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """The digests as the feed has the product now; the first look waits for the photo."""
        return Fingerprint(
            photo=self.photo.result().digest,
            text=digest_texts(self.texts, self.tokens),
            data=digest_payload(self.payload),
        )

    def get_photo_rejection(self, file: str) -> Rejection | None:
        """Return why the photo cannot be used; None when it can, or when there is none."""
        problem = self.photo.result().error
        if not problem:
            return None
        product = self.product
        return Rejection(
            file,
            self.line,
            "image",
            problem,
            product.id,
            product.image,
            merchant_id=product.merchant_id,
            field="image" if self.texts else "",
        )


def start_batch_item(
    product: Product, line: int, stored: Point | None, encoder: Encoder, executor: Executor
) -> BatchItem:
    """Begin the work on one product; its photo is read and decoded in another thread.

    Returns:
        The product with everything that needs no encoder.
    """
    before = Fingerprint.from_payload(stored.payload if stored else {})
    return BatchItem(
        product=product,
        line=line,
        stored=stored,
        tokens=tokenize_product(product),
        texts=build_encoder_texts(product),
        photo=executor.submit(_photo, product, before.photo, encoder),
        payload=to_payload(product),
    )


def _photo(product: Product, digest_before: str, encoder: Encoder) -> LoadedPhoto:
    if not product.image:
        return LoadedPhoto()
    digest = digest_photo(product)
    if digest and digest == digest_before:
        return LoadedPhoto(digest)
    try:
        prepared = encoder.prepare_image(product.image)
        return LoadedPhoto(digest, prepared, compute_perceptual_hash(prepared))
    except PhotoError as exc:
        # Without a digest the photo is tried again by the next run.
        return LoadedPhoto(error=str(exc))


def collect_prepared_photos(items: Sequence[BatchItem]) -> list[tuple[BatchItem, PreparedImage]]:
    """Return the items whose photo must be encoded, with the decoded photo."""
    found = ((item, item.photo.result().prepared) for item in items)
    return [(item, prepared) for item, prepared in found if prepared is not None]
