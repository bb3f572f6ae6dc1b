"""Event tokens: encrypted, authenticated, expiring, short enough for a URL; they hold ids and nothing of a person."""

import re
import struct
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adtailor.domain.events import CLAIM_KINDS, ClaimKind, EventClaim, RecordRef
from adtailor.domain.ids import DecisionId
from adtailor.errors import InvalidInput, TokenRefused

_NONCE = 12
_TAG = 16
_LEAST = 1 + _NONCE + _TAG
_MOST = 200
_IS_UUID = 0x80
# Kind, placement, segment, offset as 16 + 32 bits, expiry in seconds as 8 + 32 bits; then the decision's id.
_LAYOUT = struct.Struct(">BBIHIBI")
_KIND = {kind: n for n, kind in enumerate(CLAIM_KINDS)}
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PURPOSE = b"adtailor event token "


class TokenBox:
    """Mints tokens with the current key and opens those of every key it was given, so that keys can rotate.

    A token is base64url(key id, nonce of 12 bytes, AES-256-GCM(claim), tag). `random_bytes` must never repeat a nonce
    under one key: hand it `os.urandom`. `reread` gives the keys and the current one as they are now: it is asked when
    a token names a key that is not known, for another process may have made one.
    """

    def __init__(
        self,
        keys: Mapping[int, bytes],
        current: int,
        *,
        random_bytes: Callable[[int], bytes],
        reread: Callable[[], tuple[Mapping[int, bytes], int]] | None = None,
    ) -> None:
        self._ring = _ring(keys, current)
        self._random_bytes = random_bytes
        self._reread = reread

    def renew(self) -> None:
        """Take the keys as they are now: mint with the newest, and open nothing of those that were retired."""
        if self._reread is not None:
            self._ring = _ring(*self._reread())

    def mint(self, claim: EventClaim) -> str:
        """A token for the claim; its expiry is cut to whole seconds."""
        return self.mint_each(
            {claim.kind: claim.expires_at},
            decision_id=claim.decision_id,
            placement_index=claim.placement_index,
            record=claim.record,
        )[claim.kind]

    def mint_each(
        self,
        expires_at: Mapping[ClaimKind, datetime],
        *,
        decision_id: DecisionId,
        placement_index: int,
        record: RecordRef,
    ) -> dict[ClaimKind, str]:
        """A token for each kind of claim on one placement of a decision."""
        boxes, current = self._ring
        key_id = bytes((current,))
        encrypt, purpose = boxes[current].encrypt, _PURPOSE + key_id
        is_uuid, name = _named(decision_id)
        nonces = self._random_bytes(_NONCE * len(expires_at))
        tokens: dict[ClaimKind, str] = {}
        for n, (kind, until) in enumerate(expires_at.items()):
            nonce = nonces[n * _NONCE : (n + 1) * _NONCE]
            clear = _packed(_KIND[kind] | is_uuid, placement_index, record, int(until.timestamp())) + name
            tokens[kind] = _text(key_id + nonce + encrypt(nonce, clear, purpose))
        return tokens

    def open(self, token: str, now: datetime, *, even_expired: bool = False) -> EventClaim:
        """The claim, if the token was minted here, is whole, and has not expired; else TokenRefused.

        One that has, and is handed out `even_expired`, proves what happened, not when.
        """
        raw = _bytes(token)
        box = self._ring[0].get(raw[0])
        if box is None:
            self.renew()
            box = self._ring[0].get(raw[0])
        if box is None:
            raise _forged()
        try:
            clear = box.decrypt(raw[1 : 1 + _NONCE], raw[1 + _NONCE :], _PURPOSE + raw[:1])
        except InvalidTag:
            raise _forged() from None
        claim = _unpacked(clear)
        if now >= claim.expires_at and not even_expired:
            raise TokenRefused("this address has expired", hint="ask for a new decision")
        return claim


def _ring(keys: Mapping[int, bytes], current: int) -> tuple[Mapping[int, AESGCM], int]:
    if current not in keys:
        raise InvalidInput(f"there is no token key {current}", hint=f"one of {sorted(keys)}", field="current")
    if any(not 0 <= key_id <= 0xFF for key_id in keys):
        raise InvalidInput(f"token key ids {sorted(keys)}", hint="from 0 to 255", field="keys")
    return {key_id: AESGCM(key) for key_id, key in keys.items()}, current


def _named(decision_id: DecisionId) -> tuple[int, bytes]:
    """The bit that says whether it is a UUID, and its bytes."""
    if _UUID.fullmatch(decision_id):
        return _IS_UUID, bytes.fromhex(decision_id.replace("-", ""))
    return 0, decision_id.encode()


def _packed(kind: int, placement_index: int, record: RecordRef, seconds: int) -> bytes:
    offset = record.offset
    try:
        return _LAYOUT.pack(
            kind,
            placement_index,
            record.segment,
            offset >> 32,
            offset & 0xFFFF_FFFF,
            seconds >> 32,
            seconds & 0xFFFF_FFFF,
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
