"""Files of the Criteo and Avazu layouts are read as they were published, gzip or not."""

import gzip

import numpy as np
import pytest

from adtailor import learn
from adtailor.errors import InvalidInput

TINY = learn.Factorization(k=2, table=learn.Hashed(bits=10))


def test_a_criteo_file_is_a_label_13_numbers_and_26_categories(tmp_path):
    random = np.random.default_rng(0)
    path = tmp_path / "day_0.gz"
    with gzip.open(path, "wt") as out:
        for _ in range(900):
            numbers = ["" if random.random() < 0.2 else str(random.integers(0, 99)) for _ in range(13)]
            categories = ["" if random.random() < 0.1 else f"{random.integers(0, 2**32):08x}" for _ in range(26)]
            out.write("\t".join([str(random.integers(0, 2)), *numbers, *categories]) + "\n")
    task = learn.criteo(path)
    assert task["log"].rows == 900
    assert len(task["features"].fields) == 39
    block = next(task["log"].blocks(["I1", "C26"]))
    assert block["I1"].kind == "float"
    assert block["I1"].valid.mean() == pytest.approx(0.8, abs=0.05)
    assert block["C26"].kind == "text"
    model = learn.fit(**task, model=TINY, baseline=False, rounds=3)
    assert model.about.rows == 900


def test_an_avazu_file_has_a_header_and_its_hours_are_its_time(tmp_path):
    names = ("id,click,hour,C1,banner_pos,site_id,site_domain,site_category,app_id,app_domain,app_category,device_id,"
             "device_ip,device_model,device_type,device_conn_type,C14,C15,C16,C17,C18,C19,C20,C21")  # fmt: skip
    random = np.random.default_rng(0)
    path = tmp_path / "train.csv"
    lines = [
        ",".join(map(str, [n, random.integers(0, 2), 14102100 + n // 100, *random.integers(0, 9, 21).tolist()]))
        for n in range(900)
    ]
    path.write_text("\n".join([names, *lines]) + "\n")
    task = learn.avazu(path)
    model = learn.fit(**task, model=TINY, baseline=False, rounds=3)
    assert model.about.until == 14102108
    assert "hour_of_day" in model.encoder.columns
    assert len(model.encoder.fields) == 22


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InvalidInput, match="no file"):
        learn.criteo(tmp_path / "day_0.gz")
    with pytest.raises(InvalidInput, match="no file"):
        learn.avazu()
