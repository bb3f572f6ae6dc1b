"""The offence head: hate speech, and what people would call offensive."""

from collections.abc import Mapping

import numpy as np

from adtailor.understand.card import HeadReport
from adtailor.understand.fit_heads import UNPLEASANT, Trained, binary_head, head_of, labelled_with
from adtailor.understand.fitting import Linear, Vectors
from adtailor.understand.labelled import Labelled


def fit_offence(labelled: Labelled, seen: Mapping[str, Vectors], seed: int) -> Trained:
    rows, talk = labelled.offence, labelled.emotions
    calm = ~labelled_with(talk.values, UNPLEASANT)
    calm &= np.arange(len(calm)) % 3 == 0
    x = np.vstack([seen[rows.name], seen[talk.name][calm]])
    texts = (*rows.texts, *(text for text, mine in zip(talk.texts, calm, strict=True) if mine))
    models: list[Linear] = []
    thresholds: list[float] = []
    reports: list[HeadReport] = []
    for column, name in enumerate(("hate speech", "offensive")):
        y = np.concatenate([rows.values[:, column] > 0, np.zeros(int(calm.sum()), dtype=bool)])
        model, threshold, report = binary_head(
            name,
            texts,
            x,
            y,
            seed=seed,
            penalty=0.003,
            does=f"the probability that people would call it {name}",
            not_for="moderating people: the labels are known to hold African American English against its speakers "
            "(Davidson et al., 2019; Sap et al., 2019), so it only keeps ads away from a post",
            data=(rows.name, talk.name),
        )
        models.append(model)
        thresholds.append(threshold)
        reports.append(report)
    return Trained((head_of("offence", ("hate speech", "offensive"), models, thresholds),), tuple(reports))
