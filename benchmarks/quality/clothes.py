"""How well clothes are told: the scores of training, on senders that the fit did not see, from the model card."""

import re
from collections.abc import Iterator

from benchmarks.quality.rows import Missing, Row

from adtailor_weights import FOLDER

_TEN = re.compile(r"\| accuracy among the ten most common types[^|]*\| ([\d.]+) \|")
_PUBLISHED = re.compile(r"\| the same on the published validation part[^|]*\| ([\d.]+) \|")
_BOTH = re.compile(r"\| canvases of two photos: exactly both told[^|]*\| ([\d.]+) \|")
_ALL = re.compile(r"\| accuracy among all (\d+) types \| ([\d.]+) \|")
_ECE = re.compile(r"\| expected calibration error[^|]*\| ([\d.]+) \|")


def garments() -> Iterator[Row]:
    """Accuracy and calibration. The weights that ship have seen every photo here, so they are not asked again."""
    card = FOLDER / "look" / "card.md"
    if not card.is_file():
        raise Missing("the look has no card")
    said = card.read_text(encoding="utf-8")
    on = "clothing/dev, senders kept from the fit, as measured in training (`adtailor train look`) and kept in the card"
    if ten := _TEN.search(said):
        yield Row(
            what="garment type, 10 classes, one per photo", published=".90", reach=".93", here=ten[1],
            met=float(ten[1]) >= 0.93, on=on,
        )  # fmt: skip
    if published := _PUBLISHED.search(said):
        yield Row(
            what="the same on the part that others report on, whose senders are on both sides", published=".90",
            reach=".93", here=published[1], met=float(published[1]) >= 0.93, on=on,
        )  # fmt: skip
    if both := _BOTH.search(said):
        yield Row(what="garments, exactly both of two told", here=both[1], on=f"canvases of two photos; {on}")
    if every := _ALL.search(said):
        yield Row(what=f"garment type, all {every[1]}", here=every[2], on=on)
    if error := _ECE.search(said):
        yield Row(what="garment, ECE", reach="<= .05", here=error[1], met=float(error[1]) <= 0.05, on=on)
    if not (ten or every or error):
        raise Missing("the card of the look has no scores that are known here")
