"""One batch of an indexing run: what of each product needs encoding, and the photos for it."""

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from functools import cached_property

from index.catalog.records import Rejection
from index.fingerprint import Fingerprint, data_digest, photo_digest, text_digest
from index.payload import document_words, encoded_texts, point_id, to_payload
from index.perceptual_hash import photo_print
from index.store.points import Payload, Point
from index.text.analyzer import Word
from shopwindow.values.encoder import Encoder, PreparedImage
from shopwindow.values.errors import PhotoError
from shopwindow.values.product import Product


@dataclass(slots=True)
class Photo:
    """A photo on its way: its digest, and the decoded picture or the reason why there is none.

    Attributes:
        digest: Of the file; see `Fingerprint`.
        prepared: The decoded picture, if it is new.
        print: Its print; see `index.perceptual_hash`.
        problem: Why it cannot be used.
    """

    digest: str = ""
    prepared: PreparedImage | None = None
    print: str = ""
    problem: str = ""


@dataclass
class Item:
    """One product of a batch.

    Attributes:
        product: The product.
        line: Its line in the feed.
        stored: The point in the store without vectors; None when it is new.
        words: Its words.
        texts: What the encoder reads, one for each language.
        photo: The photo, decoded in another thread if it changed.
    """

    product: Product
    line: int
    stored: Point | None
    words: tuple[Word, ...]
    texts: tuple[str, ...]
    photo: "Future[Photo]"
    payload: Payload = field(default_factory=dict)

    @cached_property
    def id(self) -> str:
        """The point id."""
        return point_id(self.product.id)

    @cached_property
    def before(self) -> Fingerprint:
        """The stored digests; empty ones for a new product."""
        return Fingerprint.stored(self.stored.payload if self.stored else {})

    @cached_property
    def now(self) -> Fingerprint:
        """The digests as the feed has the product now; the first look waits for the photo."""
        return Fingerprint(
            photo=self.photo.result().digest,
            text=text_digest(self.texts, self.words),
            data=data_digest(self.payload),
        )

    def rejection(self, file: str) -> Rejection | None:
        """Return why the photo cannot be used; None when it can, or when there is none."""
        problem = self.photo.result().problem
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


def start_item(
    product: Product, line: int, stored: Point | None, encoder: Encoder, threads: Executor
) -> Item:
    """Begin the work on one product; its photo is read and decoded in another thread.

    Returns:
        The product with everything that needs no encoder.
    """
    before = Fingerprint.stored(stored.payload if stored else {})
    return Item(
        product=product,
        line=line,
        stored=stored,
        words=document_words(product),
        texts=encoded_texts(product),
        photo=threads.submit(_photo, product, before.photo, encoder),
        payload=to_payload(product),
    )


def _photo(product: Product, digest_before: str, encoder: Encoder) -> Photo:
    if not product.image:
        return Photo()
    digest = photo_digest(product)
    if digest and digest == digest_before:
        return Photo(digest)
    try:
        prepared = encoder.prepare_image(product.image)
        return Photo(digest, prepared, photo_print(prepared))
    except PhotoError as exc:
        # Without a digest the photo is tried again by the next run.
        return Photo(problem=str(exc))


def prepared_photos(items: Sequence[Item]) -> list[tuple[Item, PreparedImage]]:
    """Return the items whose photo must be encoded, with the decoded photo."""
    found = ((item, item.photo.result().prepared) for item in items)
    return [(item, prepared) for item, prepared in found if prepared is not None]
