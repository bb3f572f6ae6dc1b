"""Logs that are wrong are refused with the remedy, and never learned from in silence."""

import warnings

import duckdb
import numpy as np
import pytest

from adtailor import learn
from adtailor.errors import AdtailorError, InvalidInput

FEATURES = learn.Features(learn.Id("ad"), learn.Number("hour", buckets=24))
TINY = learn.Factorization(k=2, table=learn.Hashed(bits=8))


def rows(count=400, **change):
    random = np.random.default_rng(0)
    return {
        "ad": np.arange(count) % 7,
        "hour": np.arange(count) % 24,
        "who": np.arange(count) % 50,
        "at": np.arange(count) * 10,
        "y": random.integers(0, 2, count),
        **change,
    }


def fit(log, **more):
    settings = {"label": "y", "time": "at", "model": TINY, "baseline": False, "rounds": 5, **more}
    return learn.fit(FEATURES, log=log, **settings)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": np.arange(400) % 3}, r"label 2\.0 in row 2 of the log"),
        ({"y": [None, *[0] * 399]}, "label null in row 0"),
        ({"y": ["no"] * 400}, "a label of text"),
        ({"hour": np.where(np.arange(400) == 7, np.inf, 1.0)}, "inf in row 7"),
        ({"hour": np.where(np.arange(400) == 7, -np.inf, 1.0)}, "-inf in row 7"),
        ({"at": [*range(200), 3, *range(201, 400)]}, "time goes back in row 200 of the log, by 196"),
        ({"at": [None, *range(399)]}, "a time that is missing"),
    ],
)
def test_a_value_that_cannot_be_learned_from_is_named_with_its_row(change, message):
    with pytest.raises(InvalidInput, match=message):
        fit(rows(**change))


def test_a_time_that_goes_back_can_be_sorted_and_teaches_as_the_sorted_log_does():
    log = rows()
    shuffled = np.random.default_rng(1).permutation(400)
    with pytest.raises(InvalidInput, match="pass sort=True"):
        fit({name: values[shuffled] for name, values in log.items()})
    again = fit({name: values[shuffled] for name, values in log.items()}, sort=True)
    assert (again.score(log) == fit(log).score(log)).all()


def test_bits_under_a_null_and_nans_that_signal_are_read_without_a_warning():
    import nanoarrow

    from adtailor.learn.arrow import _column

    bits = np.array([0x7FA00000, 0x3F800000] * 100, dtype=np.uint32).view(np.float32)
    there = np.packbits(np.arange(200) % 4 != 0, bitorder="little")
    found = _column("x", nanoarrow.c_array_from_buffers(nanoarrow.float32(), 200, [there, bits], null_count=50))
    assert np.isnan(found.values[::2]).all()
    assert (found.values[1::2] == 1.0).all()
    assert found.valid.tolist() == (np.arange(200) % 4 != 0).tolist()


def test_nan_is_a_missing_value():
    model = fit(rows(hour=np.where(np.arange(400) % 3, np.arange(400) % 24, np.nan)))
    missing = {"ad": [1, 1], "hour": [None, float("nan")]}
    assert len(set(model.score(missing).tolist())) == 1


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"label": "clicked"}, "no column 'clicked'"),
        ({"label": "ad"}, "is label and feature"),
        ({"label": ("y", "ad")}, "2 labels for Factorization"),
        ({"hold_out": 0.0}, "hold_out 0"),
        ({"hold_out": 0.9, "validation": 0.2}, "hold_out 0.9"),
        ({"split": "people"}, "a split by 'people'"),
        ({"split": "group"}, "without a group"),
        ({"weight": "at_home"}, "no column 'at_home'"),
        ({"calibration": "magic"}, "calibration 'magic'"),
        ({"epochs": 0}, "0 epochs"),
    ],
)
def test_a_task_that_makes_no_sense_is_refused(more, message):
    with pytest.raises(InvalidInput, match=message):
        fit(rows(), **more)


def test_parts_that_would_be_empty_and_logs_without_rows_are_refused():
    with pytest.raises(InvalidInput, match="leave a part empty"):
        fit(rows(3))
    with pytest.raises(InvalidInput, match="without rows"):
        fit(rows(0))
    with pytest.raises(InvalidInput, match="different lengths"):
        fit(rows(y=np.zeros(3)))
    with pytest.raises(InvalidInput, match="a log of type int"):
        fit(7)


def test_a_random_split_warns_of_what_leaks():
    with pytest.warns(learn.LeakingSplit, match="moments .* and rows of one group on both sides"):
        fit(rows(), split="random", group="who")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(rows(), split="group", group="who")


def test_no_group_stands_on_both_sides_of_a_split_by_group():
    log = rows()
    model = fit(log, split="group", group="who", hold_out=0.3)
    kept_out = set((model.evidence.groups).tolist())
    teaches = {who for n, who in enumerate(log["who"].tolist()) if n not in set(model.evidence.rows.tolist())}
    assert kept_out
    assert not kept_out & teaches


def test_rows_of_one_moment_stay_on_one_side_of_a_split_by_time():
    model = fit(rows(at=np.arange(400) // 50))
    assert model.evidence.rows[0] % 50 == 0


def test_weights_must_be_weights():
    log = rows(w=np.where(np.arange(400) == 9, -1.0, 1.0))
    with pytest.raises(InvalidInput, match="negative"):
        fit(log, weight="w")


@pytest.fixture
def written(tmp_path):
    def write(name, query="SELECT range % 7 AS ad, range % 24 AS hour, range AS at, range % 2 AS y FROM range(30000)"):
        target = tmp_path / name
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)")
        return target

    return write


def test_a_truncated_parquet_file_is_named(written):
    whole, cut = written("a.parquet"), written("b.parquet")
    cut.write_bytes(cut.read_bytes()[:-2000])
    with pytest.raises(InvalidInput, match=r"b\.parquet.*written again"):
        fit([whole, cut])


def test_a_parquet_file_damaged_inside_is_refused_while_it_is_read(written):
    path = written("a.parquet")
    raw = bytearray(path.read_bytes())
    raw[200:20_000] = bytes(19_800)
    path.write_bytes(bytes(raw))
    with pytest.raises(InvalidInput, match="written again"):
        fit(path)


def test_files_of_different_columns_are_refused(written):
    one = written("a.parquet")
    other = written("b.parquet", "SELECT 1 AS ad, 2 AS hour, 3 AS at, 1 AS y, 4 AS more")
    with pytest.raises(InvalidInput, match=r"b\.parquet has other columns .*: more"):
        fit([one, other])


def test_a_pattern_that_finds_nothing_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="no file"):
        fit(tmp_path / "*.parquet")


def test_a_column_type_that_cannot_be_read_says_what_to_cast_it_to(written):
    path = written(
        "a.parquet", "SELECT range::DECIMAL(9, 2) AS ad, 1 AS hour, range AS at, range % 2 AS y FROM range(99)"
    )
    with pytest.raises(InvalidInput, match="cast it to BIGINT"):
        fit(path)


def test_t27_a_log_that_says_a_column_is_of_own_posts_is_refused(tmp_path):
    target = tmp_path / "a.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT range AS ad, 1 AS hour, range AS at, range % 2 AS y FROM range(99)) "
            f"TO '{target}' (FORMAT parquet, KV_METADATA {{'adtailor.lineage': '{{\"hour\": \"own_posts\"}}'}})"
        )
    with pytest.raises(InvalidInput, match="own posts"):
        fit(target)


def test_a_model_file_of_another_version_or_with_a_flipped_bit_is_refused(tmp_path):
    path = tmp_path / "one.model"
    fit(rows()).save(path)
    whole = path.read_bytes()
    model = learn.load(path)
    expected = model.score(rows())
    refused = 0
    for at in [*range(0, 4000, 61), *range(4096, len(whole), len(whole) // 60)]:
        raw = bytearray(whole)
        raw[at] ^= 0x10
        path.write_bytes(bytes(raw))
        try:
            again = learn.load(path)
        except AdtailorError:
            refused += 1
            continue
        assert (again.score(rows()) == expected).all()  # a bit of the padding between parts
    assert refused > 60
    raw = bytearray(whole)
    raw[8] = 9
    path.write_bytes(bytes(raw))
    with pytest.raises(AdtailorError, match="has format 9"):
        learn.load(path)
    for size in (0, 20, 3000, len(whole) // 2):
        path.write_bytes(whole[:size])
        with pytest.raises(AdtailorError):
            learn.load(path)
    with pytest.raises(AdtailorError, match="No such file"):
        learn.load(tmp_path / "none.model")


def test_a_model_saved_to_score_says_so_when_asked_to_learn(tmp_path):
    path = tmp_path / "one.model"
    fit(rows()).save(path, trainable=False)
    assert (learn.load(path).score(rows()) == fit(rows()).score(rows())).all()
    with pytest.raises(AdtailorError, match="saved to score only"):
        learn.load(path, trainable=True)
