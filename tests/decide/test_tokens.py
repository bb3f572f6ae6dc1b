"""Event tokens: what they carry, and that nothing but the minted token opens."""

import itertools
import os
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.decide.tokens import TokenBox
from adtailor.domain.events import ClaimKind, EventClaim, RecordRef
from adtailor.domain.ids import DecisionId
from adtailor.errors import InvalidInput, TokenRefused

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEY, OLDER = bytes(range(32)), bytes(range(32, 64))
UUID = DecisionId("01a1f640-bc00-7abc-8def-0123456789ab")


def box() -> TokenBox:
    return TokenBox({1: KEY}, 1, random_bytes=os.urandom)


def claim(**changes: object) -> EventClaim:
    values: dict[str, object] = {
        "kind": "click",
        "decision_id": UUID,
        "placement_index": 2,
        "record": RecordRef(segment=7, offset=4_096),
        "expires_at": NOW + timedelta(hours=24),
    }
    return EventClaim(**(values | changes))  # type: ignore[arg-type]


CLAIMS = st.builds(
    EventClaim,
    kind=st.sampled_from(get_args(ClaimKind)),
    decision_id=st.one_of(st.uuids().map(str), st.from_regex(r"[A-Za-z0-9._:\-]{1,64}", fullmatch=True)),
    placement_index=st.integers(0, 255),
    record=st.builds(RecordRef, segment=st.integers(0, 2**32 - 1), offset=st.integers(0, 2**48 - 1)),
    expires_at=st.integers(1, 10**8).map(lambda seconds: NOW + timedelta(seconds=seconds)),
)


@given(claim=CLAIMS)
def test_what_was_minted_opens_to_the_same_claim(claim: EventClaim) -> None:
    token = box().mint(claim)
    assert box().open(token, NOW) == claim
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_a_token_of_a_uuid_is_83_characters() -> None:
    # key id 1 + nonce 12 + (kind 1, placement 1, segment 4, offset 6, expiry 5, uuid 16) + tag 16 = 62 bytes
    assert len(box().mint(claim())) == -(-62 * 8 // 6) == 83


@settings(max_examples=15)
@given(claim=CLAIMS)
def test_t32_no_flipped_bit_opens(claim: EventClaim) -> None:
    token = box().mint(claim)
    for at, bit in itertools.product(range(len(token)), range(7)):
        changed = token[:at] + chr(ord(token[at]) ^ 1 << bit) + token[at + 1 :]
        with pytest.raises(TokenRefused):
            box().open(changed, NOW)


@given(text=st.one_of(st.text(max_size=250), st.binary(max_size=120).map(lambda raw: raw.hex())))
def test_t32_no_other_text_opens(text: str) -> None:
    with pytest.raises(TokenRefused):
        box().open(text, NOW)


def test_t32_cut_padded_and_respelled_tokens_are_damaged() -> None:
    token = box().mint(claim())
    for changed in (token[:-1], token + "=", token + "A", " " + token, token + "\n", "", "A" * 100_000, "é" * 83):
        with pytest.raises(TokenRefused):
            box().open(changed, NOW)


def test_a_token_expires_at_its_second_and_says_so() -> None:
    token = box().mint(claim(expires_at=NOW + timedelta(seconds=10, microseconds=900_000)))
    assert box().open(token, NOW + timedelta(seconds=9, microseconds=999_999)).kind == "click"
    with pytest.raises(TokenRefused, match="expired"):
        box().open(token, NOW + timedelta(seconds=10))


def test_a_token_of_another_installation_is_refused_as_not_made_here() -> None:
    other = TokenBox({1: OLDER}, 1, random_bytes=os.urandom)
    with pytest.raises(TokenRefused, match="not made here"):
        box().open(other.mint(claim()), NOW)


def test_a_rotated_key_still_opens_until_it_is_dropped() -> None:
    token = TokenBox({1: OLDER}, 1, random_bytes=os.urandom).mint(claim())
    rotated = TokenBox({1: OLDER, 2: KEY}, 2, random_bytes=os.urandom)
    assert rotated.open(token, NOW) == claim()
    assert urlsafe_b64decode(rotated.mint(claim()) + "=")[0] == 2
    with pytest.raises(TokenRefused, match="not made here"):
        TokenBox({2: KEY}, 2, random_bytes=os.urandom).open(token, NOW)


def test_the_claim_cannot_be_read_without_the_key_and_no_two_tokens_are_alike() -> None:
    first, second = (box().mint(claim(decision_id=DecisionId("canary-decision"))) for _ in range(2))
    assert first != second
    assert b"canary" not in urlsafe_b64decode(first + "=" * (-len(first) % 4))


def test_the_nonce_comes_from_the_given_randomness() -> None:
    asked: list[int] = []

    def random_bytes(count: int) -> bytes:
        asked.append(count)
        return bytes(count)

    TokenBox({1: KEY}, 1, random_bytes=random_bytes).mint(claim())
    assert asked == [12]


@pytest.mark.parametrize("changes", [{"placement_index": 256}, {"record": RecordRef(segment=2**32, offset=0)}])
def test_what_does_not_fit_a_token_is_named(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match="out of range"):
        box().mint(claim(**changes))


def test_the_current_key_must_be_there() -> None:
    with pytest.raises(InvalidInput, match="no token key 3"):
        TokenBox({1: KEY}, 3, random_bytes=os.urandom)
