"""The picture of the states in the docs is what the code does."""

import re
from pathlib import Path

from adtailor.config import load_policy
from adtailor.wellbeing.drawing import least_posts, states_diagram

PAGE = Path(__file__).parents[2] / "docs" / "wellbeing.md"


def test_the_states_are_drawn_as_the_code_has_them() -> None:
    drawn = re.search(r"<!-- states -->\n```mermaid\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert drawn is not None
    assert drawn[1] == states_diagram(load_policy())


def test_the_page_says_how_many_posts_it_takes() -> None:
    assert f"At least {least_posts(load_policy())} own posts" in PAGE.read_text("utf-8")
