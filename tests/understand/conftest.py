"""The real reader, loaded once: encoder, heads and topics are the ones that ship."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.post import Post
from adtailor.engines.text_onnx import OnnxTextEncoder
from adtailor.understand.text import TextUnderstanding, build_text_reader
from adtailor_weights import FOLDER


@pytest.fixture(scope="session")
def encoder():
    return OnnxTextEncoder()


@pytest.fixture(scope="session")
def text_weights() -> Path:
    return FOLDER / "text"


@pytest.fixture(scope="session")
def reader(encoder, text_weights) -> TextUnderstanding:
    return build_text_reader(encoder, text_weights)


@pytest.fixture
def post():
    def make(text: str, *, language: str | None = None, post_id: str = "p1") -> Post:
        return Post(
            id=PostId(post_id),
            author_id=PersonId("ana"),
            created_at=datetime(2026, 11, 20, tzinfo=UTC),
            text=text,
            language=language,
        )

    return make
