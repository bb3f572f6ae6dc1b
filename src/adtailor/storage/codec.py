"""Domain values as bytes and back: one byte for the format, then MessagePack keyed by field name."""

from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from adtailor.errors import AdtailorError, StorageFailed

T = TypeVar("T")

FORMAT = b"\x01"


class Codec(Generic[T]):
    """Writes and reads values of one type; a field that a row lacks takes its default.

    >>> from adtailor.domain.person import Consents
    >>> codec = Codec(Consents)
    >>> codec.decode(codec.encode(Consents(look=True)))
    Consents(interests=False, look=True, affect=False, wellbeing=False)
    """

    def __init__(self, kind: type[T]) -> None:
        self._name = kind.__name__
        self._encoder = msgspec.msgpack.Encoder(enc_hook=_plain)
        self._decoder = msgspec.msgpack.Decoder(kind, dec_hook=_special)

    def encode(self, value: T) -> bytes:
        """The value as bytes."""
        return FORMAT + self._encoder.encode(value)

    def decode(self, body: bytes) -> T:
        """The value; StorageFailed names the field that does not fit, never what it holds."""
        if body[:1] != FORMAT:
            raise StorageFailed(
                f"a stored {self._name} has format {body[:1].hex() or 'none'}, expected {FORMAT.hex()}",
                hint="it was written by another version of adtailor: use that version, or restore a backup",
            )
        try:
            return self._decoder.decode(memoryview(body)[1:])
        except AdtailorError as error:
            raise self._misfit(error.field or "its values") from None
        except msgspec.ValidationError as error:
            raise self._misfit(_where(str(error))) from None
        except (msgspec.DecodeError, ValueError, TypeError):
            raise self._misfit("its bytes") from None

    def _misfit(self, where: str) -> StorageFailed:
        return StorageFailed(
            f"a stored {self._name} does not fit its schema at {where}",
            hint="it was written by another version of adtailor, or is damaged: use that version, or restore a backup",
        )


def as_json(value: object) -> object:
    """The value as dicts, lists, strings, numbers, booleans and None, key by key; bytes as base64."""
    return msgspec.to_builtins(value, enc_hook=_plain, str_keys=True, order="deterministic")


def _where(message: str) -> str:
    """The path that ends msgspec's message, or else the missing field it names: its start may quote the value."""
    if message.startswith("Object missing required field"):
        return message.split("`")[1]
    return message.rpartition(" - at ")[2].strip("`") if " - at " in message else "its top"


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be stored")


def _special(kind: type, value: object) -> object:
    if issubclass(kind, Path):
        return Path(str(value))
    raise TypeError(f"{kind.__name__} cannot be read back")
