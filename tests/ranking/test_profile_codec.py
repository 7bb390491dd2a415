import json
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopwindow.ranking import (
    ProductAttributes,
    Profile,
    ProfileInteraction,
    deserialize_profile,
    score_affinity,
    serialize_profile,
)
from shopwindow.values.errors import ProfileEncoderError, ProfileError, ProfileVersionError
from tests.ranking.planted import DIM, ENCODER, EXAMPLES, axis, learn_profile, near, no_attributes

INTERACTIONS = st.lists(
    st.tuples(
        st.integers(0, DIM - 1),
        st.sampled_from(["click", "cart", "hide", "impression"]),
        st.floats(-1e10, 1e10),
        st.text(max_size=6),
        st.sampled_from([None, 5.0, 17.5]),
    ),
    max_size=25,
)


@EXAMPLES
@given(INTERACTIONS)
def test_a_profile_survives_a_round_trip(
    history: list[tuple[int, str, float, str, float | None]],
) -> None:
    rng = np.random.default_rng(0)
    profile = learn_profile(
        *(
            ProfileInteraction(
                text,
                kind,
                time_s,
                near(axis(axis_index), rng),
                ProductAttributes(brand=text, price=price),
            )
            for axis_index, kind, time_s, text, price in history
        )
    )
    data = serialize_profile(profile)
    restored = deserialize_profile(data, ENCODER)
    assert serialize_profile(restored) == data
    assert (restored.time_s, restored.n_interactions) == (profile.time_s, profile.n_interactions)
    for actual, expected in [
        (restored.interests, profile.interests),
        (restored.dislikes, profile.dislikes),
    ]:
        assert actual.medoids == expected.medoids
        assert actual.centroids == pytest.approx(expected.centroids, abs=1e-3)
        assert actual.long_term_weights == pytest.approx(expected.long_term_weights, rel=1e-8)
        assert np.array_equal(actual.last_interaction_s, expected.last_interaction_s)
    assert set(restored.preferences.counts) == set(profile.preferences.counts)
    now_s, vectors = 1e10, np.eye(DIM, dtype=np.float32)
    before, after = (
        score_affinity(some_profile, vectors, no_attributes(DIM), now_s)
        for some_profile in (profile, restored)
    )
    assert after == pytest.approx(before, abs=2e-3)


def _rewrite(data: bytes, tail: bytes = b"", **fields: object) -> bytes:
    magic, version, length = struct.unpack_from("<3sBI", data)
    json_fields = json.loads(zlib.decompress(data[8 : 8 + length])) | fields
    packed = zlib.compress(json.dumps(json_fields).encode())
    return struct.pack("<3sBI", magic, version, len(packed)) + packed + data[8 + length :] + tail


def test_additions_of_newer_versions_are_ignored() -> None:
    data = serialize_profile(
        learn_profile(ProfileInteraction("p", "click", 1.0, axis(0), ProductAttributes(brand="a")))
    )
    newer_bytes = _rewrite(data, tail=b"more", moods=["bright"])
    assert serialize_profile(deserialize_profile(newer_bytes, ENCODER)) == data


def test_newer_versions_and_other_encoders_are_refused() -> None:
    data = serialize_profile(Profile.empty(ENCODER, DIM))
    with pytest.raises(ProfileVersionError, match="form 2, this Shopwindow reads forms up to 1"):
        deserialize_profile(data[:3] + b"\x02" + data[4:], ENCODER)
    with pytest.raises(ProfileEncoderError, match="fake@1, but fake@2 was given"):
        deserialize_profile(data, "fake@2")


def test_damaged_bytes_are_refused() -> None:
    data = serialize_profile(learn_profile(ProfileInteraction("p", "click", 1.0, axis(0))))
    incomplete = _rewrite(data, interests={"medoids": ["p"], "long": [], "session": []})
    for broken in (b"", b"swp", b"xyz" + data[3:], data[:-1], data[:20], incomplete):
        with pytest.raises(ProfileError, match="expected the bytes of a profile"):
            deserialize_profile(broken, ENCODER)


@EXAMPLES
@given(st.binary(max_size=60))
def test_random_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ProfileError):
        deserialize_profile(b"swp\x01" + data, ENCODER)


def test_a_full_profile_is_compact() -> None:
    rng = np.random.default_rng(0)
    profile = Profile.empty(ENCODER, 512)
    for n in range(100):
        attributes = ProductAttributes(
            f"c{n % 9}", f"b{n % 40}", f"h{n % 12}", "m", "x", 10.0 + n, "AED"
        )
        kind = "hide" if n % 10 == 0 else "click"
        vector = near(axis(n % 8, 512), rng)
        profile = profile.with_interaction(
            ProfileInteraction(f"sku-{n}", kind, n * 100.0, vector, attributes)
        )
    assert len(profile.interests) == 5
    assert len(serialize_profile(profile)) < 2 * 512 * 7 + 2000
