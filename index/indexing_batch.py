"""Items of an indexing batch: what of each product needs encoding, and its decoded photos."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from functools import cached_property

from index.catalog.records import FeedRow, Rejection
from index.fingerprint import Fingerprint, digest_payload, digest_texts
from index.payload import build_encoder_texts, to_payload, to_point_id, tokenize_product
from index.photo_loading import LoadedPhoto, LoadedPhotos, load_photos
from index.store.points import Payload, Point, PointId
from index.text.analyzer import Token
from shopwindow.values import Encoder, PreparedImage, Product


@dataclass
class BatchItem:
    """One product of a batch.

    Attributes:
        product: The product.
        line: Its line in the feed.
        stored: The stored point without vectors; None for a new product.
        tokens: The tokens of its texts.
        texts: The texts to encode, one for each language.
        photos: The photos; those that changed are decoded in another thread.
        photo_columns: The feed's own names of the columns of the main photo and of the others.
        payload: The payload to store, without digests.
    """

    product: Product
    line: int
    stored: Point | None
    tokens: tuple[Token, ...]
    texts: tuple[str, ...]
    photos: "Future[LoadedPhotos]"
    photo_columns: tuple[str, str] = ("image", "images")
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
        """The digests of the product as the feed has it; the first access waits for the photos."""
        return Fingerprint(
            photos=self.photos.result().digests,
            text=digest_texts(self.texts, self.tokens),
            data=digest_payload(self.payload),
        )

    @property
    def has_content(self) -> bool:
        """Whether there is anything to find the product by: texts, or a photo that can be used."""
        return bool(self.texts or self.fingerprint.usable_photos)

    def get_photo_rejections(self, file: str) -> list[Rejection]:
        """Return a warning for each photo that cannot be used.

        Args:
            file: Path of the feed.
        """
        return [
            self._make_rejection(file, photo)
            for photo in self.photos.result().photos
            if photo.error
        ]

    def _make_rejection(self, file: str, photo: LoadedPhoto) -> Rejection:
        product = self.product
        is_main = photo.image == product.image
        return Rejection(
            file,
            self.line,
            self.photo_columns[0 if is_main else 1],
            photo.error,
            product.id,
            photo.image,
            merchant_id=product.merchant_id,
            field="image" if is_main else "images",
        )


def start_batch_item(
    row: FeedRow, stored: Point | None, encoder: Encoder, executor: Executor, max_photos: int
) -> BatchItem | None:
    """Start indexing one product: its photos are read and decoded in another thread.

    Args:
        row: The row with the product.
        stored: Its stored point without vectors; None for a new product.
        encoder: Decodes photos.
        executor: Runs the decoding.
        max_photos: Number of its photos that are used, the main one first.

    Returns:
        The product with everything that needs no encoder; None for a row without a product.
    """
    product = row.product
    if product is None:
        return None
    images = product.photos[:max_photos]
    stored_fingerprint = Fingerprint.from_payload(stored.payload if stored else {})
    return BatchItem(
        product=product,
        line=row.line,
        stored=stored,
        tokens=tokenize_product(product),
        texts=build_encoder_texts(product),
        photos=executor.submit(load_photos, images, stored_fingerprint, encoder),
        photo_columns=(row.photo_column, row.further_photo_column),
        payload=to_payload(product),
    )


def collect_prepared_photos(
    items: Sequence[BatchItem],
) -> list[tuple[BatchItem, str, PreparedImage]]:
    """Return the photos that must be encoded: their product, digest, and decoded image."""
    return [
        (item, photo.digest, photo.prepared)
        for item in items
        for photo in item.photos.result().photos
        if photo.prepared is not None
    ]


def take_batch(rows: Iterator[FeedRow], size: int, max_photos: int) -> list[FeedRow]:
    """Return the next rows: as many as have `size` photos to decode, one row at least.

    A row without photos counts as one.
    """
    batch: list[FeedRow] = []
    n_photos = 0
    for row in rows:
        batch.append(row)
        n_photos += min(max(len(row.product.photos) if row.product else 0, 1), max_photos)
        if n_photos >= size:
            break
    return batch
