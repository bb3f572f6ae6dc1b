"""Event tokens: encrypted, authenticated, expiring, short enough for a URL; they hold ids and nothing of a person."""

import re
import struct
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adtailor.domain.events import CLAIM_KINDS, EventClaim, RecordRef
from adtailor.domain.ids import DecisionId
from adtailor.errors import InvalidInput, TokenRefused

_NONCE = 12
_TAG = 16
_LEAST = 1 + _NONCE + _TAG
_MOST = 200
_IS_UUID = 0x80
# Kind, placement, segment, offset as 16 + 32 bits, expiry in seconds as 8 + 32 bits; then the decision's id.
_LAYOUT = struct.Struct(">BBIHIBI")
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PURPOSE = b"adtailor event token "


class TokenBox:
    """Mints tokens with the current key and opens those of every key it was given, so that keys can rotate.

    A token is base64url(key id, nonce of 12 bytes, AES-256-GCM(claim), tag). `random_bytes` must never repeat a nonce
    under one key: hand it `os.urandom`.
    """

    def __init__(self, keys: Mapping[int, bytes], current: int, *, random_bytes: Callable[[int], bytes]) -> None:
        if current not in keys:
            raise InvalidInput(f"there is no token key {current}", hint=f"one of {sorted(keys)}", field="current")
        if any(not 0 <= key_id <= 0xFF for key_id in keys):
            raise InvalidInput(f"token key ids {sorted(keys)}", hint="from 0 to 255", field="keys")
        self._boxes = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = current
        self._random_bytes = random_bytes

    def mint(self, claim: EventClaim) -> str:
        """A token for the claim; its expiry is cut to whole seconds."""
        nonce = self._random_bytes(_NONCE)
        key_id = bytes((self._current,))
        return _text(key_id + nonce + self._boxes[self._current].encrypt(nonce, _packed(claim), _PURPOSE + key_id))

    def open(self, token: str, now: datetime) -> EventClaim:
        """The claim, if the token was minted here, is whole, and has not expired; else TokenRefused."""
        raw = _bytes(token)
        box = self._boxes.get(raw[0])
        if box is None:
            raise _forged()
        try:
            clear = box.decrypt(raw[1 : 1 + _NONCE], raw[1 + _NONCE :], _PURPOSE + raw[:1])
        except InvalidTag:
            raise _forged() from None
        claim = _unpacked(clear)
        if now >= claim.expires_at:
            raise TokenRefused("this address has expired", hint="ask for a new decision")
        return claim


def _packed(claim: EventClaim) -> bytes:
    kind = CLAIM_KINDS.index(claim.kind)
    if _UUID.fullmatch(claim.decision_id):
        kind |= _IS_UUID
        name = bytes.fromhex(claim.decision_id.replace("-", ""))
    else:
        name = claim.decision_id.encode()
    offset, seconds = claim.record.offset, int(claim.expires_at.timestamp())
    high_offset, low_offset = offset >> 32, offset & 0xFFFF_FFFF
    high_seconds, low_seconds = seconds >> 32, seconds & 0xFFFF_FFFF
    try:
        return (
            _LAYOUT.pack(
                kind, claim.placement_index, claim.record.segment, high_offset, low_offset, high_seconds, low_seconds
            )
            + name
        )
    except struct.error:
        raise InvalidInput(
            "a number of the claim is out of range",
            hint="placement below 256, segment below 2^32, offset below 2^48, expiry after 1970",
            field="claim",
        ) from None


def _unpacked(clear: bytes) -> EventClaim:
    kind, placement, segment, high_offset, low_offset, high_seconds, low_seconds = _LAYOUT.unpack_from(clear)
    name = clear[_LAYOUT.size :]
    return EventClaim(
        kind=CLAIM_KINDS[kind & ~_IS_UUID],
        decision_id=DecisionId(str(uuid.UUID(bytes=name)) if kind & _IS_UUID else name.decode()),
        placement_index=placement,
        record=RecordRef(segment=segment, offset=high_offset << 32 | low_offset),
        expires_at=datetime.fromtimestamp(high_seconds << 32 | low_seconds, UTC),
    )


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _bytes(token: str) -> bytes:
    """The token's bytes, from the one spelling that we write: base64 leaves bits over, which must not be malleable."""
    if len(token) <= _MOST and token.isascii():
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            raw = b""
        if len(raw) >= _LEAST and _text(raw) == token:
            return raw
    raise TokenRefused("this address is damaged", hint="use the addresses as the decision gave them")


def _forged() -> TokenRefused:
    return TokenRefused("this address was not made here, or was changed", hint="ask for a new decision")
