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
from tests.ranking.planted import DIM, ENCODER, EXAMPLES, axis, learned, near, no_facts

TOUCHES = st.lists(
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
@given(TOUCHES)
def test_what_is_written_is_read_again(
    done: list[tuple[int, str, float, str, float | None]],
) -> None:
    rng = np.random.default_rng(0)
    profile = learned(
        *(
            ProfileInteraction(
                text, kind, time_s, near(axis(at), rng), ProductAttributes(brand=text, price=price)
            )
            for at, kind, time_s, text, price in done
        )
    )
    data = serialize_profile(profile)
    again = deserialize_profile(data, ENCODER)
    assert serialize_profile(again) == data
    assert (again.time_s, again.n_interactions) == (profile.time_s, profile.n_interactions)
    for ours, theirs in [
        (again.interests, profile.interests),
        (again.dislikes, profile.dislikes),
    ]:
        assert ours.medoids == theirs.medoids
        assert ours.centroids == pytest.approx(theirs.centroids, abs=1e-3)
        assert ours.long_term_weights == pytest.approx(theirs.long_term_weights, rel=1e-8)
        assert np.array_equal(ours.last_interaction_s, theirs.last_interaction_s)
    assert set(again.preferences.counts) == set(profile.preferences.counts)
    now_s, rows = 1e10, np.eye(DIM, dtype=np.float32)
    before, after = (score_affinity(p, rows, no_facts(DIM), now_s) for p in (profile, again))
    assert after == pytest.approx(before, abs=2e-3)


def _changed(data: bytes, tail: bytes = b"", **facts: object) -> bytes:
    magic, form, length = struct.unpack_from("<3sBI", data)
    values = json.loads(zlib.decompress(data[8 : 8 + length])) | facts
    packed = zlib.compress(json.dumps(values).encode())
    return struct.pack("<3sBI", magic, form, len(packed)) + packed + data[8 + length :] + tail


def test_what_a_newer_one_added_is_passed_over() -> None:
    data = serialize_profile(
        learned(ProfileInteraction("p", "click", 1.0, axis(0), ProductAttributes(brand="a")))
    )
    newer = _changed(data, tail=b"more", moods=["bright"])
    assert serialize_profile(deserialize_profile(newer, ENCODER)) == data


def test_newer_forms_and_other_encoders_are_refused() -> None:
    data = serialize_profile(Profile.empty(ENCODER, DIM))
    with pytest.raises(ProfileVersionError, match="form 2, this Shopwindow reads forms up to 1"):
        deserialize_profile(data[:3] + b"\x02" + data[4:], ENCODER)
    with pytest.raises(ProfileEncoderError, match="fake@1, but fake@2 was given"):
        deserialize_profile(data, "fake@2")


def test_garbled_bytes_are_refused() -> None:
    data = serialize_profile(learned(ProfileInteraction("p", "click", 1.0, axis(0))))
    lacking = _changed(data, interests={"medoids": ["p"], "long": [], "session": []})
    for bad in (b"", b"swp", b"xyz" + data[3:], data[:-1], data[:20], lacking):
        with pytest.raises(ProfileError, match="expected the bytes of a profile"):
            deserialize_profile(bad, ENCODER)


@EXAMPLES
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(ProfileError):
        deserialize_profile(b"swp\x01" + data, ENCODER)


def test_a_full_profile_is_compact() -> None:
    rng = np.random.default_rng(0)
    profile = Profile.empty(ENCODER, 512)
    for n in range(100):
        facts = ProductAttributes(
            f"c{n % 9}", f"b{n % 40}", f"h{n % 12}", "m", "x", 10.0 + n, "AED"
        )
        kind = "hide" if n % 10 == 0 else "click"
        row = near(axis(n % 8, 512), rng)
        profile = profile.with_interaction(
            ProfileInteraction(f"sku-{n}", kind, n * 100.0, row, facts)
        )
    assert len(profile.interests) == 5
    assert len(serialize_profile(profile)) < 2 * 512 * 7 + 2000
