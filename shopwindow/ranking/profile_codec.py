"""Profiles as bytes: magic, format version, length, compressed JSON, centroids in float16.

A newer Shopwindow may add keys to the JSON, and bytes after the vectors; older ones ignore them.
A change that older ones would misread raises the format version, and they refuse it.
"""

import json
import math
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopwindow.ranking.interests import Interests
from shopwindow.ranking.preferences import LogPriceStats, Preferences
from shopwindow.ranking.profile import Profile
from shopwindow.values.errors import ProfileError, ProfileVersionError

FORMAT_VERSION = 1
_MAGIC = b"swp"
_HEADER = struct.Struct("<3sBI")
_JSON_KEYS = {
    "long_term_weights": "long",
    "session_weights": "session",
    "last_interaction_s": "last_s",
    "medoid_angles": "angles",
}
"""Keys of an interest's arrays in the JSON, by field; the stored names."""


def serialize_profile(profile: Profile) -> bytes:
    """Serialize a profile to bytes.

    Vectors are rounded to float16 (a thousandth), weights to nine digits.

    Returns:
        Two bytes per vector component, and 200 to 2,000 for everything else.
    """
    fields = {
        "encoder": profile.encoder_id,
        "dim": profile.dim,
        "time_s": profile.time_s if profile.n_interactions else None,
        "n_touches": profile.n_interactions,
        "interests": _pack_interests(profile.interests),
        "dislikes": _pack_interests(profile.dislikes),
        "counts": {
            name: _round_values(weights) for name, weights in profile.preferences.counts.items()
        },
        "totals": _round_values(profile.preferences.totals),
        "prices": {
            currency: [_round(stats.weight), _round(stats.mean), _round(stats.squared_deviations)]
            for currency, stats in profile.preferences.prices.items()
        },
    }
    packed = zlib.compress(json.dumps(fields, separators=(",", ":")).encode())
    blocks = [profile.interests.centroids, profile.dislikes.centroids]
    chunks = [centroids.astype("<f2").tobytes() for centroids in blocks]
    return b"".join([_HEADER.pack(_MAGIC, FORMAT_VERSION, len(packed)), packed, *chunks])


def deserialize_profile(data: bytes, encoder_id: str) -> Profile:
    """Read a profile that `serialize_profile` wrote.

    Args:
        data: The bytes.
        encoder_id: `EncoderSpec.identity` of the vectors that it will be compared with.

    Returns:
        The profile.

    Raises:
        ProfileError: The bytes are not a profile, or are truncated.
        ProfileVersionError: They have a newer format version.
        ProfileEncoderError: The profile was made with another encoder.
    """
    try:
        magic, version, length = _HEADER.unpack_from(data)
    except struct.error as exc:
        raise ProfileError(_describe_damage(str(exc))) from exc
    if magic != _MAGIC:
        raise ProfileError(_describe_damage("wrong magic number"))
    if version > FORMAT_VERSION:
        raise ProfileVersionError(version, FORMAT_VERSION)
    start = _HEADER.size + length
    try:
        fields = json.loads(zlib.decompress(data[_HEADER.size : start]))
        profile = _unpack_profile(fields, data[start:])
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise ProfileError(_describe_damage(str(exc))) from exc
    profile.check_encoder(encoder_id)
    return profile


def _describe_damage(reason: str) -> str:
    return (
        f"expected the bytes of a profile, but they cannot be read ({reason}). Erase the profile, "
        "or make it again from the visitor's events."
    )


def _unpack_profile(fields: Mapping[str, Any], vector_bytes: bytes) -> Profile:
    dim = int(fields["dim"])
    n_interests = len(fields["interests"]["medoids"])
    n_dislikes = len(fields["dislikes"]["medoids"])
    n_values = (n_interests + n_dislikes) * dim
    flat = np.frombuffer(vector_bytes, dtype="<f2", count=n_values).astype(np.float32)
    centroids = flat.reshape(n_interests + n_dislikes, dim)
    prices = {currency: LogPriceStats(*stats[:3]) for currency, stats in fields["prices"].items()}
    return Profile(
        encoder_id=str(fields["encoder"]),
        time_s=-math.inf if fields["time_s"] is None else float(fields["time_s"]),
        n_interactions=int(fields["n_touches"]),
        interests=_unpack_interests(fields["interests"], centroids[:n_interests]),
        dislikes=_unpack_interests(fields["dislikes"], centroids[n_interests:]),
        preferences=Preferences(fields["counts"], fields["totals"], prices),
    )


def _unpack_interests(fields: Mapping[str, Any], centroids: NDArray[np.float32]) -> Interests:
    """Return the interests with these fields and centroids, shape (n_interests, dim).

    Raises:
        ValueError: There are not as many weights as centroids.
    """
    arrays = {name: np.array(fields[key], dtype=np.float64) for name, key in _JSON_KEYS.items()}
    if any(array.shape != (len(centroids),) for array in arrays.values()):
        raise ValueError("not as many weights as interests")
    return Interests(centroids, medoids=tuple(fields["medoids"]), **arrays)


def _pack_interests(interests: Interests) -> dict[str, Any]:
    packed: dict[str, Any] = {"medoids": list(interests.medoids)}
    for name, key in _JSON_KEYS.items():
        values = getattr(interests, name).tolist()
        packed[key] = values if key == "last_s" else [_round(value) for value in values]
    return packed


def _round_values(values: Mapping[str, float]) -> dict[str, float]:
    return {name: _round(value) for name, value in values.items()}


def _round(value: float) -> float:
    return float(f"{value:.9g}")
