"""Logs become the next click model, promoted only by evidence; importable alone.

>>> from adtailor import learn
>>> features = learn.Features(learn.Id("ad_id"), learn.Number("hour", buckets=24))
>>> features.columns
('ad_id', 'hour')
"""

from adtailor.learn.features import Encoder, Features
from adtailor.learn.fields import Category, Cross, Id, MultiValue, Number, Sequence, Vector
from adtailor.learn.fit import fit
from adtailor.learn.log import open_log
from adtailor.learn.model import Model, load
from adtailor.learn.models import DeepCross, Exact, Factorization, FieldAware, Hashed, Logistic, TwoHeads
from adtailor.learn.parts import LeakingSplit
from adtailor.learn.report import Report
from adtailor.learn.sample import sample_columns, sample_log

__all__ = [
    "Category", "Cross", "DeepCross", "Encoder", "Exact", "Factorization", "Features", "FieldAware", "Hashed", "Id",
    "LeakingSplit", "Logistic", "Model", "MultiValue", "Number", "Report", "Sequence", "TwoHeads", "Vector", "fit",
    "load", "open_log", "sample_columns", "sample_log",
]  # fmt: skip
