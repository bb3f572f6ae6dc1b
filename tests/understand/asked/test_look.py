import base64
import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from random import Random
from typing import Any

import pytest
from PIL import Image

from adtailor.domain.post import Photo
from adtailor.domain.reading import Garment, PhotoLook
from adtailor.engines.openai_compatible import OpenAiCompatible
from adtailor.testing.stand_in_model import StandInModel
from adtailor.testing.stand_in_server import StandInServer, answers, says
from adtailor.understand.asked.look import AskedLook

PLAIN = PhotoLook(photo=0, garments=(Garment(type="hat", confidence=0.5),))
SEEN = {"type": "shirt", "confidence": 90, "colours": ["navy", "white"], "pattern": "striped", "style": "casual"}


class Default:
    models: Mapping[str, str] = {"look": "default@1"}

    def read(self, photos: Sequence[Photo]) -> list[PhotoLook | str]:
        return ["broken" if photo.data == b"broken" else PLAIN for photo in photos]


def photo() -> Photo:
    exif = Image.Exif()
    exif[0x010E] = "canary of the camera"
    written = BytesIO()
    Image.new("RGB", (640, 480), (20, 30, 90)).save(written, "JPEG", exif=exif)
    return Photo(data=written.getvalue())


def test_a_server_that_sees_pictures_gets_the_picture_alone_and_its_garments_count() -> None:
    with StandInServer(says(json.dumps({"garments": [SEEN]}))) as there:
        engine = OpenAiCompatible(there.base_url, "toy-vision", random=Random(7))
        reader = AskedLook(Default(), engine)
        (look,) = reader.read([photo()])
        (call,) = there.calls
    assert look == PhotoLook(
        photo=0,
        garments=(
            Garment(type="shirt", confidence=0.9, colours=("navy", "white"), pattern="striped", style={"casual": 1.0}),
        ),
    )
    words, picture = call.body["messages"][1]["content"]
    assert words == {"type": "text", "text": "The picture:"}
    sent = base64.b64decode(picture["image_url"]["url"].removeprefix("data:image/jpeg;base64,"))
    with Image.open(BytesIO(sent)) as image:
        assert image.size == (512, 512)
        assert not image.getexif()
    assert b"canary" not in sent
    assert reader.models == {"look": "default@1", "look_asked": "toy-vision@openai-compatible"}


@pytest.mark.parametrize(
    "wrong",
    [
        [SEEN | {"type": "face"}],
        [SEEN | {"age": 30}],
        [SEEN | {"colours": ["skin"]}],
        [SEEN] * 7,
        [SEEN | {"confidence": 0.9}],
        "none",
    ],
)
def test_an_answer_that_speaks_of_anything_but_clothes_leaves_the_default_look(wrong: Any) -> None:
    reader = AskedLook(Default(), StandInModel(lambda _prompt, _schema: json.dumps({"garments": wrong}).encode()))
    assert reader.read([photo()]) == [PLAIN]


def test_a_server_that_fails_leaves_the_default_look_and_a_broken_photo_is_not_sent() -> None:
    with StandInServer(answers(500)) as there:
        engine = OpenAiCompatible(there.base_url, "toy", random=Random(7), sleep=lambda _: None)
        assert AskedLook(Default(), engine).read([photo(), Photo(data=b"broken")]) == [PLAIN, "broken"]
        assert len(there.calls) == 2  # one photo, tried twice


def test_there_is_no_field_for_a_person() -> None:
    model = StandInModel(lambda _prompt, _schema: b"{}")
    AskedLook(Default(), model).read([photo()])
    names = json.dumps(model.schemas)
    for word in ("face", "skin", "age", "gender", 'body":', "attractive", "price"):
        assert f'"{word}' not in names
