"""Photos in, garments out: the shipped model on drawn pictures, and on real photos where they are at hand."""

import os
import shutil
from collections.abc import Callable
from dataclasses import fields
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from adtailor.domain.money import micros
from adtailor.domain.post import Photo
from adtailor.domain.reading import Garment, PhotoLook
from adtailor.engines.image_onnx import OnnxImageEncoder
from adtailor.errors import ModelUnavailable
from adtailor.ports import LookReader, PricedProduct
from adtailor.testing.drawn_clothes import draw_garment
from adtailor.understand.colours import NAMES
from adtailor.understand.garments import CLOTH, CLOTHES, load_garment_model
from adtailor.understand.look import WEIGHTS, LookUnderstanding
from adtailor.understand.look_negatives import draw_scene


@pytest.fixture(scope="module")
def encoder() -> OnnxImageEncoder:
    return OnnxImageEncoder()


@pytest.fixture(scope="module")
def reader(encoder: OnnxImageEncoder) -> LookUnderstanding:
    return LookUnderstanding(encoder)


def photo(image: Image.Image) -> Photo:
    file = BytesIO()
    image.save(file, "PNG")
    return Photo(data=file.getvalue())


def garment(answer: PhotoLook | str) -> Garment:
    assert isinstance(answer, PhotoLook), answer
    (found,) = answer.garments
    return found


def test_it_is_a_look_reader_that_names_its_models(reader: LookUnderstanding) -> None:
    port: LookReader = reader

    assert port.models == {"look": "garments@2 on efficientnet-lite2-int8@2"}


@pytest.mark.parametrize(
    ("kind", "colour", "expected", "name"),
    [
        ("T-Shirt", (25, 35, 80), "t-shirt", "navy"),
        ("T-Shirt", (250, 250, 250), "t-shirt", "white"),
        ("Longsleeve", (205, 35, 45), "longsleeve", "red"),
        ("Dress", (205, 35, 45), "dress", "red"),
        ("Skirt", (25, 35, 80), "skirt", "navy"),
    ],
)
def test_drawn_garments_are_recognised(
    reader: LookUnderstanding, kind: str, colour: tuple[int, int, int], expected: str, name: str
) -> None:
    found = garment(reader.read([photo(draw_garment(kind, colour))])[0])

    assert (found.type, found.colours) == (expected, (name,))
    assert 0.5 < found.confidence <= 1


@pytest.mark.parametrize("kind", ["flat", "gradient", "text", "chart", "landscape", "house", "car", "still life"])
def test_no_clothes_is_an_answer(reader: LookUnderstanding, kind: str) -> None:
    random = np.random.default_rng(12_345)  # other pictures than training measured itself on

    answers = reader.read([photo(Image.fromarray(draw_scene(kind, random))) for _ in range(3)])

    assert answers == [PhotoLook(photo=0), PhotoLook(photo=1), PhotoLook(photo=2)]


def test_real_photos_without_clothes_show_none(reader: LookUnderstanding) -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    images = datasets.load_sample_images().images  # a palace and a flower, CC BY

    assert [answer.garments for answer in reader.read([photo(Image.fromarray(image)) for image in images])] == [(), ()]


def test_one_bad_photo_never_loses_the_rest(reader: LookUnderstanding, tmp_path: Path) -> None:
    shirt = photo(draw_garment("T-Shirt", (25, 35, 80)))

    answers = reader.read([Photo(data=b"no picture"), shirt, Photo(path=tmp_path / "gone.jpg"), shirt, Photo(data=b"")])

    assert "no picture of a known format" in str(answers[0])
    assert "'gone.jpg' is not a file" in str(answers[2])
    assert answers[4] == "the photo is empty (0 bytes) (send a JPEG, PNG, WebP or GIF picture)"
    assert [answers[place].photo for place in (1, 3)] == [1, 3]
    assert garment(answers[1]) == garment(answers[3])


def test_what_is_read_beside_a_photo_does_not_change_it(reader: LookUnderstanding) -> None:
    shirt, dress = (photo(draw_garment(kind, (25, 35, 80))) for kind in ("T-Shirt", "Dress"))

    together = reader.read([dress, shirt])

    assert garment(together[1]) == garment(reader.read([shirt])[0])
    assert reader.read([]) == []


def test_the_limit_on_pixels_can_be_set(encoder: OnnxImageEncoder) -> None:
    strict = LookUnderstanding(encoder, most_pixels=100)

    assert strict.read([photo(Image.new("RGB", (11, 10)))]) == [
        "the photo has 11 x 10 = 110 pixels (at most 100 pixels)"
    ]


def test_t11_there_is_no_field_for_a_face_body_age_or_skin(encoder: OnnxImageEncoder) -> None:
    assert {field.name for field in fields(PhotoLook)} == {"photo", "garments"}
    assert {field.name for field in fields(Garment)} == {
        "type", "confidence", "colours", "pattern", "style", "occasion", "price_tier"
    }  # fmt: skip
    assert set(load_garment_model(WEIGHTS, encoder=encoder.name, width=encoder.width).head.types) == {
        "blazer", "blouse", "bodysuit", "dress", "hat", "hoodie", "longsleeve", "outwear", "pants", "polo", "shirt",
        "shoes", "shorts", "skirt", "t-shirt", "top", "undershirt",
    }  # fmt: skip


def test_t11_another_face_changes_neither_garment_nor_colours(reader: LookUnderstanding) -> None:
    def worn_by(skin: tuple[int, int, int], hair: tuple[int, int, int], smile: int) -> Photo:
        scene = Image.new("RGB", (260, 260), (205, 215, 220))
        scene.paste(draw_garment("T-Shirt", (205, 35, 45), background=(205, 215, 220), side=210), (25, 50))
        pen = ImageDraw.Draw(scene)
        pen.ellipse([107, 12, 153, 70], fill=hair)
        pen.ellipse([110, 20, 150, 74], fill=skin)
        pen.arc([120, 48, 140, 62], 0 if smile else 180, 180 if smile else 360, fill=(60, 20, 20), width=2)
        return photo(scene)

    people = [
        worn_by(skin, hair, smile)
        for skin, hair in (
            ((250, 220, 200), (220, 190, 120)),
            ((190, 140, 105), (40, 25, 20)),
            ((95, 60, 42), (20, 18, 18)),
        )
        for smile in (0, 1)
    ]

    assert {(garment(a).type, garment(a).colours) for a in reader.read(people)} == {("t-shirt", ("red",))}


class TestPrices:
    """A price tier needs enough of the operator's own products that look like the garment."""

    @pytest.fixture
    def fresh(self, encoder: OnnxImageEncoder) -> LookUnderstanding:
        return LookUnderstanding(encoder)

    def test_before_there_are_products_it_is_not_known(self, fresh: LookUnderstanding) -> None:
        assert garment(fresh.read([photo(draw_garment("T-Shirt", (25, 35, 80)))])[0]).price_tier is None

    def test_a_shirt_like_three_dear_ones_looks_dear_and_one_like_none_is_not_known(
        self, fresh: LookUnderstanding
    ) -> None:
        dear = [(25, 35, 80), (28, 38, 84), (22, 33, 76)]
        cheap = [(245, 210, 65), (240, 205, 60), (250, 214, 70), (243, 208, 62), (247, 212, 68), (241, 207, 66)]
        products = [
            PricedProduct(photo=photo(draw_garment("T-Shirt", colour)), price=micros(price))
            for colours, price in ((dear, "180.00"), (cheap, "9.00"))
            for colour in colours
        ]

        assert fresh.compare_prices([*products, PricedProduct(photo=Photo(data=b"no picture"), price=micros("1"))]) == 9
        shirt, skirt = fresh.read(
            [photo(draw_garment("T-Shirt", (26, 36, 81))), photo(draw_garment("Skirt", (25, 35, 80)))]
        )
        assert garment(shirt).price_tier == "luxury"
        assert garment(skirt).price_tier is None

        fresh.compare_prices([])
        assert garment(fresh.read([photo(draw_garment("T-Shirt", (26, 36, 81)))])[0]).price_tier is None


class TestWeights:
    """Only the very files that were trained are used, and only with the encoder they were trained for."""

    @pytest.fixture
    def copy(self, tmp_path: Path) -> Path:
        for name in ("heads.npz", "imagenet-classifier.npz", "manifest.json"):
            shutil.copyfile(WEIGHTS / name, tmp_path / name)
        return tmp_path

    def test_a_copy_is_as_good(self, copy: Path, encoder: OnnxImageEncoder) -> None:
        assert LookUnderstanding(encoder, weights=copy).models

    @pytest.mark.parametrize("name", ["heads.npz", "imagenet-classifier.npz"])
    def test_a_changed_file_is_refused(self, copy: Path, encoder: OnnxImageEncoder, name: str) -> None:
        data = bytearray((copy / name).read_bytes())
        data[len(data) // 2] ^= 1
        (copy / name).write_bytes(data)

        with pytest.raises(ModelUnavailable, match=f"{name} is another file"):
            LookUnderstanding(encoder, weights=copy)

    @pytest.mark.parametrize("name", ["heads.npz", "imagenet-classifier.npz", "manifest.json"])
    def test_a_missing_file_is_named(self, copy: Path, encoder: OnnxImageEncoder, name: str) -> None:
        (copy / name).unlink()

        with pytest.raises(ModelUnavailable, match=f"{name} is missing"):
            LookUnderstanding(encoder, weights=copy)

    @pytest.mark.parametrize("text", ["{", "[]", "{}"])
    def test_a_manifest_that_says_nothing_is_refused(self, copy: Path, encoder: OnnxImageEncoder, text: str) -> None:
        (copy / "manifest.json").write_text(text)

        with pytest.raises(ModelUnavailable, match=r"manifest\.json"):
            LookUnderstanding(encoder, weights=copy)

    def test_another_encoder_is_refused(self) -> None:
        with pytest.raises(ModelUnavailable, match="trained on 'efficientnet-lite2-int8@2'"):
            load_garment_model(WEIGHTS, encoder="another@2", width=1280)

    def test_no_class_speaks_both_for_clothes_and_for_neither(self) -> None:
        assert not set(CLOTHES) & set(CLOTH)


@pytest.mark.data
@pytest.mark.skipif("ADTAILOR_TEST_DATA" not in os.environ, reason="needs $ADTAILOR_TEST_DATA")
class TestRealPhotos:
    """Photos of clothes people own. The model has seen them: how good it is on others, its card says."""

    @pytest.fixture
    def sample(self) -> list[tuple[bytes, str]]:
        duckdb = pytest.importorskip("duckdb")
        table = Path(os.environ["ADTAILOR_TEST_DATA"]) / "clothing" / "dev_224px.parquet"
        query = (
            "select jpg, lower(label) from read_parquet(?) where label in ('T-Shirt', 'Pants', 'Shoes', 'Dress', 'Hat')"
            " order by md5(jpg) limit 150"
        )
        with duckdb.connect() as connection:
            return connection.execute(query, [str(table)]).fetchall()

    def test_they_are_read_as_what_they_are(
        self, reader: LookUnderstanding, sample: list[tuple[bytes, str]], record_property: Callable[[str, object], None]
    ) -> None:
        answers = reader.read([Photo(data=jpg) for jpg, _ in sample])

        found = [next(iter(answer.garments), None) for answer in answers if isinstance(answer, PhotoLook)]
        assert len(found) == len(sample)
        right = [one is not None and one.type == label for one, (_, label) in zip(found, sample, strict=True)]
        record_property("accuracy", sum(right) / len(right))
        # Left-out senders gave .78 to .98 for these types; photos it was fitted to should not do worse than the mean.
        assert sum(right) / len(right) >= 0.88
        assert sum(one is None for one in found) <= 0.04 * len(found)
        assert all(1 <= len(one.colours) <= 3 and set(one.colours) <= set(NAMES) for one in found if one is not None)
