"""Promise 11: nothing is read from a face, a body or a voice, and no field for it exists."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import product
from typing import Any, NamedTuple

from hypothesis import strategies as st
from PIL import Image, ImageDraw

from adtailor.domain.decision import Evidence, Viewer
from adtailor.domain.person import Person
from adtailor.domain.post import Photo
from adtailor.domain.profile import Profile
from adtailor.domain.reading import Garment, PhotoLook, Reading
from adtailor.domain.training import Served, TrainingRow
from adtailor.service.app import OPERATIONS
from adtailor.service.openapi import describe
from adtailor.testing.drawn_clothes import KINDS, draw_garment
from adtailor.testing.trust.installed import expected, models
from adtailor.testing.trust.proof import Proof, Trial, holds

BODY = frozenset(
    {"face", "faces", "facial", "body", "skin", "eye", "eyes", "hair", "voice", "attractive", "attractiveness",
     "beauty", "weight", "height", "gender", "sex", "race", "ethnicity", "smile", "gaze", "pose", "bmi"}
)  # fmt: skip
"""Words that the name of no field about a person may hold."""
OF_PEOPLE = (Reading, PhotoLook, Garment, Profile, Person, Evidence, Viewer, Served, TrainingRow)
ABOUT_PEOPLE = ("/v1/people", "/v1/posts", "/v1/decisions")
TEXTS = frozenset({"body"})
"""The text of an ad and of a card, on the wire."""
SKINS = ((250, 220, 200), (224, 172, 138), (190, 140, 105), (141, 85, 54), (95, 60, 42))
HAIRS = ((220, 190, 120), (140, 60, 30), (40, 25, 20), (180, 180, 185))
Colour = tuple[int, int, int]
Piece = tuple[str, Colour]
"""A kind of garment, and its colour."""
WORN = ("T-Shirt", "Dress")
UNSURE: Piece = ("Longsleeve", (25, 35, 80))
"""A drawing that the model takes for one thing or another: see docs/decisions/0010-the-same-clothes.md."""
HEADWEAR = "hat"
"""What hair may be taken for; it is no part of the clothes below."""
COLOURS: tuple[Colour, ...] = ((205, 35, 45), (25, 35, 80), (245, 210, 65), (40, 120, 60), (120, 60, 150))
"""Far apart, so that one is never taken for another."""
WALLS: tuple[Colour, ...] = ((205, 215, 220), (235, 232, 226), (170, 180, 165))
"""What clothes are laid out before; people stand before the first."""
SURE = 0.75
"""How sure the reader says it is of clothes that it recognises surely: before every wall, with nobody in them."""
FEWEST_SURE = 6


class Pair(NamedTuple):
    """Two people in the same clothes."""

    piece: Piece
    one: tuple[int, int, int, int]
    """Places in SKINS and HAIRS, a smile, and the size of the head."""
    other: tuple[int, int, int, int]


def _pairs(pieces: Sequence[Piece]) -> st.SearchStrategy[Pair]:
    person = st.tuples(
        st.integers(0, len(SKINS) - 1), st.integers(0, len(HAIRS) - 1), st.integers(0, 1), st.integers(0, 2)
    )
    return st.builds(Pair, piece=st.sampled_from(pieces), one=person, other=person)


def laid_out(piece: Piece, wall: Colour) -> Photo:
    """A drawn photo of these clothes, and of nobody."""
    return _photo(_before(piece, wall))


def worn_by(piece: Piece, person: tuple[int, int, int, int]) -> Photo:
    """A drawn photo of somebody in these clothes."""
    skin, hair, smile, size = person
    scene = _before(piece, WALLS[0])
    pen = ImageDraw.Draw(scene)
    wide = 20 + size
    pen.ellipse([130 - wide - 3, 12, 130 + wide + 3, 70], fill=HAIRS[hair])
    pen.ellipse([130 - wide, 20, 130 + wide, 74], fill=SKINS[skin])
    pen.arc([120, 48, 140, 62], 0 if smile else 180, 180 if smile else 360, fill=(60, 20, 20), width=2)
    return _photo(scene)


def _before(piece: Piece, wall: Colour) -> Image.Image:
    garment, colour = piece
    scene = Image.new("RGB", (260, 260), wall)
    scene.paste(draw_garment(garment, colour, background=wall, side=210), (25, 50))
    return scene


def _photo(scene: Image.Image) -> Photo:
    held = io.BytesIO()
    scene.save(held, "PNG")
    return Photo(data=held.getvalue())


def _told(answer: PhotoLook | str) -> list[tuple[str, tuple[str, ...]]]:
    holds(isinstance(answer, PhotoLook), f"a photo could not be read: {answer}")
    if not isinstance(answer, PhotoLook):
        return []
    return [(one.type, one.colours) for one in answer.garments if one.type != HEADWEAR][:1]


def _is_sure(piece: Piece) -> bool:
    """Whether the reader says so of these clothes alone, before every wall; no face is asked, so none can decide it."""
    looks = models()[1].read([laid_out(piece, wall) for wall in WALLS])
    return all(isinstance(look, PhotoLook) and look.garments and look.garments[0].confidence >= SURE for look in looks)


def _alike(pair: Pair) -> None:
    """Another face, the same clothes: the same reading."""
    photos = [worn_by(pair.piece, person) for person in (pair.one, pair.other)]
    one, other = models()[1].read(photos)
    holds(_told(one), f"no {pair.piece[0]} was seen on one")
    holds(_told(one) == _told(other), f"{_told(one)} on one, and {_told(other)} on the other")


def _alike_though_unsure(piece: Piece) -> float:
    """How many pairs of people who differ in a face are read alike in clothes that are in doubt themselves."""
    people = list(product((0, 2, 4), (0, 2), (0, 1), (1,)))
    told = [_told(models()[1].read([worn_by(piece, person)])[0]) for person in people]
    pairs = [(one, other) for place, one in enumerate(told) for other in told[place + 1 :]]
    return sum(one == other for one, other in pairs) / len(pairs)


def _names() -> Iterator[tuple[str, str]]:
    for kind in OF_PEOPLE:
        yield from ((kind.__name__, field.name) for field in fields(kind))
    told = describe(OPERATIONS)
    seen: set[tuple[str, str]] = set()
    for operation in OPERATIONS:
        if operation.path.startswith(ABOUT_PEOPLE):
            for part in ("requestBody", "responses"):
                _walk(told["paths"][operation.path][operation.method.lower()].get(part), told, operation.path, seen)
    yield from sorted(name for name in seen if name[1] not in TEXTS)


def _walk(node: Any, whole: Mapping[str, Any], path: str, seen: set[tuple[str, str]], depth: int = 0) -> None:
    if isinstance(node, Mapping) and depth < 12:
        if isinstance(ref := node.get("$ref"), str):
            target: Any = whole
            for part in ref.removeprefix("#/").split("/"):
                target = target[part]
            _walk(target, whole, path, seen, depth + 1)
        if isinstance(properties := node.get("properties"), Mapping):
            seen.update((path, str(name)) for name in properties)
        for value in node.values():
            _walk(value, whole, path, seen, depth + 1)
    elif isinstance(node, list):
        for value in node:
            _walk(value, whole, path, seen, depth + 1)


def _names_nothing_of_a_body(case: tuple[str, str]) -> None:
    words = set(re.split(r"[^a-z]+", case[1].lower()))
    holds(not words & BODY, f"{case[0]} has a field {case[1]}")


def _clothes_alone(trial: Trial) -> None:
    trial.each(_names(), _names_nothing_of_a_body)
    pieces = list(product(WORN, COLOURS))
    sure = [piece for piece in pieces if _is_sure(piece)]
    expected({kind for kind, _ in sure} == set(WORN) and len(sure) >= FEWEST_SURE, f"only {sure} are surely recognised")
    trial.over(_pairs(sure), _alike)
    doubtful = [UNSURE, *(piece for piece in pieces if piece not in sure)]
    alike = sum(map(_alike_though_unsure, doubtful)) / len(doubtful)
    trial.measured.append(f"{alike:.0%} of pairs are read alike in clothes that are in doubt by themselves")
    looks = [models()[1].read([worn_by(piece, (0, 0, 0, 0))])[0] for piece in product(WORN, COLOURS[:2])]
    expected(len({str(_told(one)) for one in looks}) > 2 and set(WORN) <= set(KINDS), "all clothes look alike")


PROOFS = (
    Proof(
        number=11,
        says="Nothing is read from a face, a body or a voice; no field for it exists; clothes that are surely "
        "recognised are read alike on everybody.",
        tries="every field about people, in the domain and on the wire; drawn people who differ in skin, hair, head "
        "and smile, in the same clothes, where these are surely recognised with nobody in them",
        cases=15,
        full=300,
        try_it=_clothes_alone,
    ),
)
