"""A photo becomes a square of pixels, or a clear reason why not.

Nothing is decoded before the header has said how many pixels there will be, and only four formats are opened at all.
"""

import re
import warnings
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from adtailor.domain.post import Photo
from adtailor.errors import InvalidInput

MOST_PIXELS = 40_000_000
MOST_BYTES = 30_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_READABLE = "send a JPEG, PNG, WebP or GIF picture"

# How files begin that are sent as photos and are none of these; the first that fits names them.
_OTHERS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"....ftyp(heic|heix|hevc|mif1|msf1)", re.DOTALL), "a HEIC picture"),
    (re.compile(rb"....ftypavi[fs]", re.DOTALL), "an AVIF picture"),
    (re.compile(rb"....ftyp|.{4}moov|\x1a\x45\xdf\xa3", re.DOTALL), "a video"),
    (
        re.compile(rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*|<!--.{0,200}?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg", re.DOTALL),
        "an SVG drawing",
    ),
    (re.compile(rb"%PDF-"), "a PDF document"),
    (re.compile(rb"II\*\0|MM\0\*"), "a TIFF or raw picture"),
    (re.compile(rb"BM.{4}\0\0\0\0", re.DOTALL), "a BMP picture"),
    (re.compile(rb"PK\x03\x04"), "a zip archive"),
)
_WHOLE = "send the whole file again"

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each EXIF orientation."""

# Set once, at import: filters are global, and changing them around each photo would race between threads.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")  # odd metadata, which is dropped anyway
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


def decode(photo: Photo, *, side: int, most_pixels: int = MOST_PIXELS) -> NDArray[np.uint8]:
    """The photo as RGB of shape (side, side, 3): the middle square of the picture, made smaller or larger.

    The first frame of an animation; turned as EXIF says, of which nothing is kept; transparency laid on white.
    Raises InvalidInput, naming what is wrong with the photo and what would do.
    """
    data = _bytes_of(photo)
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            width, height = image.size
            if width * height <= most_pixels:
                image.draft("RGB", (side, side))  # lets a JPEG be decoded at 1/2, 1/4 or 1/8 of its size
                return _square(image, side)
            found = f"{width:,} x {height:,} = {width * height:,} pixels"
    except UnidentifiedImageError:
        found = next((name for start, name in _OTHERS if start.match(data[:1000])), None)
        found = found or f"{len(data):,} bytes that are no picture of a known format"
        raise _refused(found, _READABLE) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        # Pillow looks at the header too, before it lets us do so, and says "Image size (1000000000 pixels) exceeds ..."
        said = re.search(r"\d+", str(bomb))
        found = f"{int(said.group()):,} pixels" if said else "far too many pixels"
    except Exception as error:
        # Damaged files make decoders raise nearly anything: OSError, SyntaxError, struct.error, IndexError ...
        raise _refused(f"the photo is cut off or damaged ({type(error).__name__})", _WHOLE) from None
    raise _refused(f"the photo has {found}", f"at most {most_pixels:,} pixels")


def _bytes_of(photo: Photo) -> bytes:
    data = photo.data
    if data is None:
        data = _read(photo)
    if not data:
        raise _refused("the photo is empty (0 bytes)", _READABLE)
    if len(data) > MOST_BYTES:
        raise _refused(f"the photo has more than {MOST_BYTES:,} bytes", "make the file smaller")
    return data


def _read(photo: Photo) -> bytes:
    path = photo.path
    if path is None:
        return b""
    try:
        if not path.is_file():  # a pipe or device could block, or never end
            raise _refused(f"{path.name!r} is not a file", "give the path of a readable file")
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _refused(f"{path.name!r} cannot be read ({error})", "give the path of a readable file") from None


def _square(image: Image.Image, side: int) -> NDArray[np.uint8]:
    image.seek(0)
    image.load()
    turn = _TURNS.get(_orientation(image))
    # Shrunk first, so that the steps after it have few pixels to do; Pillow weighs colours by alpha as it shrinks.
    plain = _in_eight_bits(image)
    edge = min(plain.size)
    left, top = (plain.width - edge) / 2, (plain.height - edge) / 2
    small = plain.resize(
        (side, side), Image.Resampling.BILINEAR, box=(left, top, left + edge, top + edge), reducing_gap=2.0
    )
    if small.mode == "RGBA":
        small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small).convert("RGB")
    return np.array(small if turn is None else small.transpose(turn), dtype=np.uint8)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # broken metadata must not lose the picture
        return 1


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """As RGB, or RGBA where something is transparent, whatever palette, ink or depth it came in."""
    if image.mode.startswith("I"):  # 16 bits of grey; Pillow alone would clip what is above 255
        grey = np.clip(np.asarray(image, dtype=np.int32) >> 8, 0, 255).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    has_alpha = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    return image.convert("RGBA" if has_alpha else "RGB")


def _refused(found: str, remedy: str) -> InvalidInput:
    return InvalidInput(found, hint=remedy, field="photos")
