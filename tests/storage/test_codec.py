"""Domain values as bytes and back."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.domain.buying import Inventory
from adtailor.domain.events import DecisionRecord
from adtailor.domain.ids import PersonId
from adtailor.domain.person import Person
from adtailor.domain.post import Post
from adtailor.domain.profile import Fading, Profile
from adtailor.domain.reading import EMOTIONS, Reading
from adtailor.domain.signals import SIGNALS
from adtailor.domain.wellbeing import State, WellbeingMemory
from adtailor.errors import StorageFailed
from adtailor.storage.codec import Codec
from adtailor.testing import samples


@pytest.mark.parametrize(
    "value",
    [
        samples.inventory(),
        samples.post(),
        samples.reading(),
        samples.person(),
        samples.profile(),
        samples.memory(),
        samples.record(),
        samples.record(2, viewer=None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_was_stored_comes_back_with_its_types(
    value: Inventory | Post | Reading | Person | Profile | WellbeingMemory | DecisionRecord,
) -> None:
    codec = Codec(type(value))
    again = codec.decode(codec.encode(value))
    assert again == value
    assert repr(again) == repr(value), "frozensets, tuples, enums and dates are what they were"


MOMENTS = st.builds(
    datetime.fromtimestamp,
    st.integers(86_400, 200 * 10**9) | st.floats(86_400, 2 * 10**9),
    st.sampled_from([UTC, timezone(timedelta(hours=5.5))]),
)


@given(
    weights=st.dictionaries(st.text(max_size=9), st.floats(allow_nan=False)),
    at=st.none() | MOMENTS,
    off=st.frozensets(st.sampled_from(SIGNALS)),
)
def test_any_profile_comes_back_to_the_microsecond(
    weights: dict[str, float], at: datetime | None, off: frozenset[str]
) -> None:
    codec = Codec(Profile)
    profile = Profile(person_id=PersonId("ana"), interests=Fading(weights=weights, as_of=at), signals_off=off)  # type: ignore[arg-type]
    assert codec.decode(codec.encode(profile)) == profile


@given(state=st.sampled_from(State), emotions=st.dictionaries(st.sampled_from(EMOTIONS), st.floats(0, 1)))
def test_any_state_and_emotions_come_back(state: State, emotions: dict[str, float]) -> None:
    memory = WellbeingMemory(person_id=PersonId("ana"), state=state)
    found = Codec(WellbeingMemory).decode(Codec(WellbeingMemory).encode(memory))
    assert found.state is state
    reading = Reading(post_id=samples.post().id, emotions=emotions)
    assert Codec(Reading).decode(Codec(Reading).encode(reading)) == reading


def test_a_field_that_an_old_row_lacks_takes_its_default_and_one_too_many_is_ignored() -> None:
    body = b"\x01" + msgspec.msgpack.encode({"person_id": "ana", "a_field_of_old": 1})
    assert Codec(Person).decode(body) == Person(person_id=PersonId("ana"))


def test_a_codec_says_where_an_old_row_does_not_fit() -> None:
    codec = Codec(Person)
    for value, where in (
        ({"person_id": "canary", "consents": {"look": "canary"}}, r"\$\.consents\.look"),
        ({"person_id": "ana", "age": "canary"}, r"\$\.age"),
        ({"consents": {}}, "person_id"),
        ([1], "its top"),
    ):
        with pytest.raises(StorageFailed, match=where) as caught:
            codec.decode(b"\x01" + msgspec.msgpack.encode(value))
        assert "canary" not in str(caught.value)
    for body, what in ((b"\x02\x80", "format 02"), (b"", "format none"), (b"\x01\xc1", "its bytes")):
        with pytest.raises(StorageFailed, match=what):
            codec.decode(body)
