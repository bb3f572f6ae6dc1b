"""Logs become the next click model, promoted only by evidence; importable alone.

>>> from adtailor import learn
>>> features = learn.Features(learn.Id("ad_id"), learn.Number("hour", buckets=24))
>>> features.columns
('ad_id', 'hour')
"""

from adtailor.learn.delay import Delay
from adtailor.learn.features import Encoder, Features
from adtailor.learn.fields import Category, Cross, Id, MultiValue, Number, Sequence, Vector
from adtailor.learn.fit import fit
from adtailor.learn.follow import Followed, follow
from adtailor.learn.log import open_log
from adtailor.learn.model import Model, load
from adtailor.learn.models import (
    Blend,
    DeepCross,
    Exact,
    Factorization,
    FieldAware,
    Hashed,
    Logistic,
    Matching,
    Trees,
    TwoHeads,
)
from adtailor.learn.parts import LeakingSplit
from adtailor.learn.promotion import NotPromoted, Promotion, roll_back, serving_path
from adtailor.learn.public_logs import avazu, criteo
from adtailor.learn.report import Report
from adtailor.learn.sample import sample_columns, sample_log
from adtailor.learn.server import Server
from adtailor.learn.serving import Ads
from adtailor.learn.sides import two_sides
from adtailor.learn.trial import back_out, try_out
from adtailor.learn.waiting import Labels
from adtailor.maths.off_policy import Estimate, NoOverlap, off_policy

__all__ = [
    "Ads",
    "Blend",
    "Category",
    "Cross",
    "DeepCross",
    "Delay",
    "Encoder",
    "Estimate",
    "Exact",
    "Factorization",
    "Features",
    "FieldAware",
    "Followed",
    "Hashed",
    "Id",
    "Labels",
    "LeakingSplit",
    "Logistic",
    "Matching",
    "Model",
    "MultiValue",
    "NoOverlap",
    "NotPromoted",
    "Number",
    "Promotion",
    "Report",
    "Sequence",
    "Server",
    "Trees",
    "TwoHeads",
    "Vector",
    "avazu",
    "back_out",
    "criteo",
    "fit",
    "follow",
    "load",
    "off_policy",
    "open_log",
    "roll_back",
    "sample_columns",
    "sample_log",
    "serving_path",
    "try_out",
    "two_sides",
]  # fmt: skip
