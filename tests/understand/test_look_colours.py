"""The garment's colours, by name, whatever it lies on."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from adtailor.testing.drawn_clothes import KINDS, draw_garment
from adtailor.understand.colours import MOST_COLOURS, NAMES, PROTOTYPES, colours_of, name_of, to_lab

DYES = {
    "black": (20, 20, 22),
    "white": (250, 250, 250),
    "grey": (128, 128, 130),
    "navy": (25, 35, 80),
    "blue": (40, 95, 190),
    "light blue": (155, 195, 232),
    "green": (35, 130, 70),
    "olive": (108, 110, 55),
    "red": (205, 35, 45),
    "burgundy": (105, 20, 40),
    "pink": (240, 150, 178),
    "purple": (115, 50, 145),
    "yellow": (245, 210, 65),
    "orange": (235, 120, 40),
    "brown": (105, 68, 42),
    "beige": (222, 202, 172),
}
GROUNDS = {
    "white": (255, 255, 255),
    "cream": (235, 232, 226),
    "wood": (160, 120, 80),
    "grey": (120, 120, 120),
    "dark": (30, 30, 30),
    "lawn": (70, 125, 60),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_drawn_garment_has_the_colour_it_was_dyed_in(name: str) -> None:
    for (ground, background), kind in zip(GROUNDS.items(), KINDS, strict=False):
        picture = np.asarray(draw_garment(kind, DYES[name], background=background))
        assert colours_of(picture) == (name,), (kind, ground)


def test_a_white_shirt_on_white_is_white() -> None:
    for shade in (255, 250, 244):
        shirt = draw_garment("T-Shirt", (shade, shade, shade), background=(255, 255, 255))
        assert colours_of(np.asarray(shirt)) == ("white",)


def test_a_print_is_named_after_the_cloth() -> None:
    picture = np.asarray(draw_garment("T-Shirt", (250, 250, 250), print_colour=(200, 30, 40)))

    assert colours_of(picture) == ("white", "red")


def test_a_small_logo_is_not_a_colour_of_the_garment() -> None:
    picture = np.array(draw_garment("T-Shirt", (25, 35, 80)))
    picture[120:135, 120:140] = (245, 210, 65)

    assert colours_of(picture) == ("navy",)


def test_a_garment_that_fills_the_photo_is_not_taken_for_the_background() -> None:
    assert colours_of(np.full((260, 260, 3), (200, 30, 40), dtype=np.uint8)) == ("red",)


def test_trousers_that_leave_the_photo_below_keep_their_colour() -> None:
    picture = np.full((260, 260, 3), 240, dtype=np.uint8)
    picture[20:, 70:190] = (25, 35, 80)

    assert colours_of(picture) == ("navy",)


def test_boards_with_stripes_are_background() -> None:
    picture = np.full((260, 260, 3), (170, 130, 90), dtype=np.uint8)
    picture[:, ::26] = (90, 60, 40)
    picture[:, 1::26] = (90, 60, 40)
    picture[60:210, 70:190] = (35, 130, 70)

    assert colours_of(picture) == ("green",)


def test_noise_of_a_camera_changes_nothing() -> None:
    picture = np.asarray(draw_garment("Dress", (205, 35, 45))).astype(int)
    noise = np.random.default_rng(0).normal(0, 12, picture.shape)

    assert colours_of(np.clip(picture + noise, 0, 255).astype(np.uint8)) == ("red",)


def test_the_size_of_the_photo_does_not_matter() -> None:
    for side in (60, 131, 260, 520):
        picture = draw_garment("T-Shirt", (205, 35, 45)).resize((side, side), Image.Resampling.BILINEAR)
        assert colours_of(np.asarray(picture)) == ("red",), side


def test_each_prototype_has_its_own_name() -> None:
    for name, colours in PROTOTYPES.items():
        assert {name_of(lab) for lab in to_lab(np.array(colours))} == {name}


def test_lab_of_white_black_and_primaries_is_that_of_the_standard() -> None:
    lab = to_lab(np.array([[255, 255, 255], [0, 0, 0], [0, 255, 0], [0, 0, 255]]))

    # CIE 15:2018 with the sRGB primaries and D65.
    assert np.allclose(lab, [[100, 0, 0], [0, 0, 0], [87.7, -86.2, 83.2], [32.3, 79.2, -107.9]], atol=0.1)


@settings(max_examples=40, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(1, 70), st.integers(1, 70), st.just(3))))
def test_any_pixels_have_one_to_three_distinct_colours(picture: np.ndarray) -> None:
    found = colours_of(picture)

    assert 1 <= len(found) <= MOST_COLOURS
    assert len(set(found)) == len(found)
    assert set(found) <= set(NAMES)
    assert colours_of(picture) == found
