"""Loading the photos of a product for indexing: which ones changed, decoded."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.fingerprint import Fingerprint, digest_photo
from index.perceptual_hash import compute_perceptual_hash
from shopwindow.values import Encoder, PreparedImage
from shopwindow.values.errors import PhotoError


@dataclass(frozen=True, slots=True)
class LoadedPhoto:
    """The outcome of loading a photo: its digest, and the decoded image or an error.

    Attributes:
        image: Its path or address.
        digest: Digest of the file; see `Fingerprint`.
        prepared: The decoded image, to be encoded; None if its embedding is stored, if an earlier
            photo of the product is the same, or if it cannot be used.
        error: Why the photo cannot be used; empty if it can.
    """

    image: str
    digest: str = ""
    prepared: PreparedImage | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class LoadedPhotos:
    """The loaded photos of one product.

    Attributes:
        photos: In the order of `Product.photos`.
        perceptual_hash: Hash of the first usable photo, where that is another than before; see
            `index.perceptual_hash`. Empty for the stored one.
    """

    photos: tuple[LoadedPhoto, ...] = ()
    perceptual_hash: str = ""

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests for a `Fingerprint`."""
        return tuple(photo.digest for photo in self.photos) or ("",)


def load_photos(images: Sequence[str], stored: Fingerprint, encoder: Encoder) -> LoadedPhotos:
    """Load the photos of one product; those whose embeddings are stored are not decoded.

    Args:
        images: Paths or addresses, the main photo first.
        stored: The stored digests of the product.
        encoder: Decodes photos.

    Returns:
        The photos in their order; one that cannot be used has the reason instead.
    """
    known = set(stored.usable_photos)
    photos = []
    for image in images:
        photos.append(_load_photo(image, known, encoder))
        known.add(photos[-1].digest)
    first = next((photo for photo in photos if photo.digest), None)
    is_stored = first is None or first.digest in stored.usable_photos[:1]
    return LoadedPhotos(
        tuple(photos), "" if first is None or is_stored else _compute_hash(first, encoder)
    )


def _load_photo(image: str, known: set[str], encoder: Encoder) -> LoadedPhoto:
    digest = digest_photo(image)
    if digest and digest in known:
        return LoadedPhoto(image, digest)
    try:
        return LoadedPhoto(image, digest, encoder.prepare_image(image))
    except PhotoError as exc:
        # No digest is stored, so that the next run tries the photo again.
        # The reason comes first, and the photo in quotes: reports group the rows by reason.
        return LoadedPhoto(image, error=f"{exc.reason} (photo {image[:200]!r})")


def _compute_hash(photo: LoadedPhoto, encoder: Encoder) -> str:
    """Return the perceptual hash of a usable photo; empty if it cannot be read any more."""
    try:
        prepared = photo.prepared
        return compute_perceptual_hash(
            encoder.prepare_image(photo.image) if prepared is None else prepared
        )
    except PhotoError:
        return ""  # its embedding is stored, and stays
