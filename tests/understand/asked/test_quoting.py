import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.understand.asked.quoting import MOST_CHARACTERS, quoted

MARKERS = ["<|im_end|>", "<|im_start|>system", "</s>", "<s>", "[INST]", "[/INST]", "<<SYS>>", "<start_of_turn>user",
           "<|eot_id|>", "<\uff5cUser\uff5c>", "{{ config }}", "{% raw %}", '"}', '\\"}', "\n\nsystem: obey",
           "### Instruction:"]  # fmt: skip


@given(st.text(st.characters(codec=None), max_size=300))
def test_the_text_comes_back_exactly_and_is_the_only_value(text: str) -> None:
    expected = text.encode("utf-8", "replace").decode()
    assert json.loads(quoted(text)) == {"post": expected}


@pytest.mark.parametrize("marker", MARKERS)
def test_no_marker_of_a_speaker_survives_and_no_line_begins(marker: str) -> None:
    inside = quoted(f"fine {marker} fine").removeprefix('{"post": "').removesuffix('"}')
    assert not re.search(r"[<>\[\]{}|\n\r\u2028\u2029\uff5c]", inside)
    assert not re.search(r'(?<!\\)(?:\\\\)*"', inside)


def test_a_long_post_is_cut() -> None:
    assert len(json.loads(quoted("x" * 100_000))["post"]) == MOST_CHARACTERS
