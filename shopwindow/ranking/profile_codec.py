"""A profile as bytes: three letters, the form's number, compressed JSON, vectors in float16.

A newer Shopwindow may add names to the JSON, and bytes after the vectors; older ones pass over
them. What would be misread raises the form's number, and is refused.
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
from shopwindow.ranking.profile import Profile
from shopwindow.ranking.tastes import LogPriceStats, Preferences
from shopwindow.values.errors import ProfileError, ProfileVersionError

FORMAT_VERSION = 1
_MAGIC = b"swp"
_HEAD = struct.Struct("<3sBI")
_NUMBERS = {
    "long_term_weights": "long",
    "session_weights": "session",
    "last_interaction_s": "last_s",
    "medoid_angles": "angles",
}
"""Keys of the numbers of interests in the JSON, by their field."""


def serialize_profile(profile: Profile) -> bytes:
    """Return a profile as bytes.

    Vectors are rounded to float16 (a thousandth), weights to nine digits.

    Returns:
        Two bytes for each number of a vector, and 200 to 2,000 for everything else.
    """
    facts = {
        "encoder": profile.encoder_id,
        "dim": profile.dim,
        "time_s": profile.time_s if profile.n_interactions else None,
        "n_touches": profile.n_interactions,
        "interests": _numbers(profile.interests),
        "dislikes": _numbers(profile.dislikes),
        "counts": {n: _rounded(some) for n, some in profile.preferences.counts.items()},
        "totals": _rounded(profile.preferences.totals),
        "prices": {
            currency: [_round(each.weight), _round(each.mean), _round(each.squared_deviations)]
            for currency, each in profile.preferences.prices.items()
        },
    }
    packed = zlib.compress(json.dumps(facts, separators=(",", ":")).encode())
    vectors = [profile.interests.centroids, profile.dislikes.centroids]
    blocks = [each.astype("<f2").tobytes() for each in vectors]
    return b"".join([_HEAD.pack(_MAGIC, FORMAT_VERSION, len(packed)), packed, *blocks])


def deserialize_profile(data: bytes, encoder_id: str) -> Profile:
    """Return the profile that `to_bytes` wrote.

    Args:
        data: The bytes.
        encoder_id: `EncoderSpec.identity` of the vectors that it shall be compared with.

    Returns:
        The profile.

    Raises:
        ProfileError: The bytes are not a profile, or are cut off.
        ProfileVersionError: They are in a newer form.
        ProfileEncoderError: The profile was made with another encoder.
    """
    try:
        magic, form, length = _HEAD.unpack_from(data)
    except struct.error as exc:
        raise ProfileError(_garbled(str(exc))) from exc
    if magic != _MAGIC:
        raise ProfileError(_garbled("it begins otherwise"))
    if form > FORMAT_VERSION:
        raise ProfileVersionError(form, FORMAT_VERSION)
    start = _HEAD.size + length
    try:
        facts = json.loads(zlib.decompress(data[_HEAD.size : start]))
        profile = _profile(facts, data[start:])
    except (zlib.error, ValueError, KeyError, TypeError, AttributeError) as exc:
        raise ProfileError(_garbled(str(exc))) from exc
    profile.check_encoder(encoder_id)
    return profile


def _garbled(reason: str) -> str:
    return (
        f"expected the bytes of a profile, but they cannot be read ({reason}). Erase the profile, "
        "or make it again from the visitor's events."
    )


def _profile(facts: Mapping[str, Any], block: bytes) -> Profile:
    dim = int(facts["dim"])
    n_interests = len(facts["interests"]["medoids"])
    n_dislikes = len(facts["dislikes"]["medoids"])
    count = (n_interests + n_dislikes) * dim
    rows = np.frombuffer(block, dtype="<f2", count=count).astype(np.float32)
    means = rows.reshape(n_interests + n_dislikes, dim)
    prices = {currency: LogPriceStats(*some[:3]) for currency, some in facts["prices"].items()}
    return Profile(
        encoder_id=str(facts["encoder"]),
        time_s=-math.inf if facts["time_s"] is None else float(facts["time_s"]),
        n_interactions=int(facts["n_touches"]),
        interests=_interests(facts["interests"], means[:n_interests]),
        dislikes=_interests(facts["dislikes"], means[n_interests:]),
        preferences=Preferences(facts["counts"], facts["totals"], prices),
    )


def _interests(facts: Mapping[str, Any], means: NDArray[np.float32]) -> Interests:
    arrays = {name: np.array(facts[key], dtype=np.float64) for name, key in _NUMBERS.items()}
    if any(each.shape != (len(means),) for each in arrays.values()):
        raise ValueError("not as many weights as interests")
    return Interests(means, medoids=tuple(facts["medoids"]), **arrays)


def _numbers(interests: Interests) -> dict[str, Any]:
    found: dict[str, Any] = {"medoids": list(interests.medoids)}
    for name, key in _NUMBERS.items():
        values = getattr(interests, name).tolist()
        found[key] = values if key == "last_s" else [_round(each) for each in values]
    return found


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: _round(value) for name, value in values.items()}


def _round(value: float) -> float:
    return float(f"{value:.9g}")
