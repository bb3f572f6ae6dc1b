"""A photo becomes a square of pixels, or a clear reason why not; nothing else ever comes out."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from adtailor.domain.post import Photo
from adtailor.errors import InvalidInput
from adtailor.understand.photos import MOST_BYTES, decode

SIDE = 64


def encoded(image: Image.Image, format_: str = "PNG", **options: object) -> bytes:
    file = BytesIO()
    image.save(file, format_, **options)
    return file.getvalue()


def two_halves(size: tuple[int, int] = (80, 80)) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, (200, 0, 0))
    ImageDraw.Draw(image).rectangle([size[0] // 2, 0, *size], fill=(0, 0, 200))
    return image


def read(data: bytes) -> np.ndarray:
    return decode(Photo(data=data), side=SIDE)


def png_header(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and then holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
def test_each_format_gives_the_square_asked_for(format_: str) -> None:
    pixels = read(encoded(two_halves(), format_))

    assert pixels.shape == (SIDE, SIDE, 3)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels[32, 5].astype(int) - (200, 0, 0)).max() < 12
    assert np.abs(pixels[32, 58].astype(int) - (0, 0, 200)).max() < 12


def test_a_path_is_read_like_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(encoded(two_halves()))

    assert np.array_equal(decode(Photo(path=file), side=SIDE), read(file.read_bytes()))


def test_a_large_jpeg_loses_nothing_that_a_small_square_could_show() -> None:
    large = read(encoded(two_halves((2000, 2000)), "JPEG"))

    assert np.abs(large.astype(int) - read(encoded(two_halves(), "PNG"))).mean() < 4


def test_the_middle_square_of_a_wide_photo_is_taken() -> None:
    wide = Image.new("RGB", (300, 100), (0, 200, 0))
    ImageDraw.Draw(wide).rectangle([100, 0, 199, 99], fill=(200, 0, 0))

    assert (read(encoded(wide))[:, :, 0] > 150).mean() > 0.95


@pytest.mark.parametrize("size", [(40_000, 1), (1, 40_000), (40_000, 900)])
def test_sides_of_40_000_pixels_are_read_where_there_are_not_too_many_pixels(size: tuple[int, int]) -> None:
    assert (read(encoded(Image.new("L", size, 77))) == 77).all()


def test_it_is_turned_as_exif_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: turn by 90 degrees clockwise, so that what was left is up

    pixels = read(encoded(two_halves(), "JPEG", exif=exif))

    assert pixels[5, 32, 0] > 150
    assert pixels[58, 32, 2] > 150


# Pillow warns of it; outside of tests, where a warning is an error, this one is passed over.
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_broken_exif_does_not_lose_the_photo() -> None:
    assert read(encoded(two_halves(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")).shape == (SIDE, SIDE, 3)


def test_what_is_transparent_lies_on_white() -> None:
    assert (read(encoded(Image.new("RGBA", (40, 40), (0, 0, 0, 0)))) == 255).all()
    half = read(encoded(Image.new("RGBA", (40, 40), (0, 0, 0, 128))))
    assert np.abs(half.astype(int) - 127).max() <= 1  # 255 x (1 - 128 / 255) = 127


def test_a_palette_with_a_transparent_colour_lies_on_white() -> None:
    image = Image.new("P", (40, 40), 1)
    image.putpalette([10, 20, 30, 200, 0, 0])

    assert (read(encoded(image, transparency=1)) == 255).all()
    assert (read(encoded(image))[0, 0] == (200, 0, 0)).all()


def test_ink_becomes_light() -> None:
    pixels = read(encoded(Image.new("CMYK", (40, 40), (0, 255, 255, 0)), "JPEG"))

    assert pixels[20, 20, 0] > 200
    assert pixels[20, 20, 1] < 60


def test_sixteen_bits_of_grey_keep_their_shade() -> None:
    grey = Image.fromarray(np.full((40, 40), 128 * 256, dtype=np.uint16))

    assert (read(encoded(grey)) == 128).all()


def test_of_an_animation_the_first_frame_is_read() -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ((200, 0, 0), (0, 0, 200))]
    for format_ in ("WEBP", "PNG", "GIF"):
        data = encoded(frames[0], format_, save_all=True, append_images=frames[1:], duration=50)
        assert read(data)[20, 20, 0] > 180, format_


class TestRefusals:
    """Each says what is wrong, and what would do."""

    @pytest.mark.parametrize(
        ("width", "height", "said"),
        [
            (50_000, 20_000, "1,000,000,000 pixels"),  # Pillow refuses the header itself
            (10_000, 10_000, "100,000,000 pixels"),  # Pillow warns
            (8_000, 6_000, "8,000 x 6,000 = 48,000,000 pixels"),  # only ours is that strict
        ],
    )
    def test_too_many_pixels_are_refused_by_the_header_alone(self, width: int, height: int, said: str) -> None:
        with pytest.raises(InvalidInput, match=said) as refused:
            read(png_header(width, height))

        assert refused.value.field == "photos"
        assert refused.value.hint == "at most 40,000,000 pixels"

    def test_the_limit_itself_is_allowed(self) -> None:
        data = encoded(two_halves((40, 40)))

        assert decode(Photo(data=data), side=SIDE, most_pixels=1600).shape == (SIDE, SIDE, 3)
        with pytest.raises(InvalidInput, match="40 x 40 = 1,600 pixels"):
            decode(Photo(data=data), side=SIDE, most_pixels=1599)

    def test_nothing_at_all(self, tmp_path: Path) -> None:
        (tmp_path / "empty.jpg").touch()

        with pytest.raises(InvalidInput, match="empty"):
            read(b"")
        with pytest.raises(InvalidInput, match="empty"):
            decode(Photo(path=tmp_path / "empty.jpg"), side=SIDE)

    def test_not_a_picture(self) -> None:
        with pytest.raises(InvalidInput, match="no picture of a known format") as refused:
            read(b"just words, " * 100)

        assert refused.value.hint == "send a JPEG, PNG, WebP or GIF picture"

    @pytest.mark.parametrize(
        ("format_", "said"),
        [
            ("BMP", "a BMP picture"),
            ("TIFF", "a TIFF or raw picture"),
            ("PDF", "a PDF document"),
            ("PPM", "known format"),
        ],
    )
    def test_other_formats(self, format_: str, said: str) -> None:
        with pytest.raises(InvalidInput, match=said):
            read(encoded(two_halves(), format_))

    @pytest.mark.parametrize(
        ("start", "said"),
        [
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC picture"),
            (b"\0\0\0\x1cftypavif\0\0\0\0", "an AVIF picture"),
            (b"\0\0\0\x20ftypisom\0\0\2\0isom", "a video"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'><circle r='9'/></svg>", "an SVG drawing"),
            (b"<?xml version='1.0'?>\n<!-- drawn -->\n<svg width='9'></svg>", "an SVG drawing"),
            (b"PK\3\4" + bytes(30), "a zip archive"),
        ],
    )
    def test_what_is_often_sent_as_a_photo_is_called_by_its_name(self, start: bytes, said: str) -> None:
        with pytest.raises(InvalidInput, match=said):
            read(start + bytes(50))

    def test_a_picture_whose_texts_unpack_to_far_more_than_the_file_is_refused(self) -> None:
        def chunk(kind: bytes, body: bytes) -> bytes:
            return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

        whole = encoded(two_halves((8, 8)))
        bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(80_000_000), 9))

        with pytest.raises(InvalidInput, match="damaged"):
            read(whole[:33] + bomb + whole[33:])

    def test_too_many_bytes(self, tmp_path: Path) -> None:
        file = tmp_path / "large.png"
        with file.open("wb") as out:
            out.truncate(MOST_BYTES + 1)

        with pytest.raises(InvalidInput, match="more than 30,000,000 bytes"):
            decode(Photo(path=file), side=SIDE)

    def test_what_is_no_file(self, tmp_path: Path) -> None:
        for path in (tmp_path, tmp_path / "missing.jpg", Path("/dev/zero")):
            with pytest.raises(InvalidInput, match="is not a file"):
                decode(Photo(path=path), side=SIDE)

    @pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "GIF"])
    def test_a_photo_cut_in_half(self, format_: str) -> None:
        noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=np.uint8))
        data = encoded(noise, format_)

        with pytest.raises(InvalidInput, match=r"cut off or damaged|no picture of a known format"):
            read(data[: len(data) // 2])


class TestAnyBytes:
    """Whatever the bytes, out comes a square or an InvalidInput; any other exception fails the test."""

    SEEDS = tuple(encoded(two_halves(), format_) for format_ in ("JPEG", "PNG", "WEBP"))

    @settings(max_examples=150, deadline=None)
    @given(
        st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\1\0\0WEBPVP8 "])
    )
    def test_random_bytes(self, noise: bytes, start: bytes) -> None:
        self.square_or_refusal(start + noise)

    @settings(max_examples=250, deadline=None)
    @given(st.sampled_from(SEEDS), st.data())
    def test_truncations_and_flipped_bytes(self, seed: bytes, data: st.DataObject) -> None:
        damaged = bytearray(seed[: data.draw(st.integers(0, len(seed)))])
        for _ in range(data.draw(st.integers(0, 6))):
            if damaged:
                damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
        self.square_or_refusal(bytes(damaged))

    def square_or_refusal(self, data: bytes) -> None:
        try:
            pixels = read(data)
        except InvalidInput:
            return
        assert pixels.shape == (SIDE, SIDE, 3)
