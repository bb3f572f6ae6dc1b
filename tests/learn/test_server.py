"""What serves is replaced without a pause or a torn answer, and what cannot be read never serves."""

import importlib.util
import threading
from pathlib import Path

import numpy as np
import pytest

from adtailor import learn
from adtailor.errors import InvalidInput, ModelUnavailable
from adtailor.learn.columns import column
from adtailor.learn.delta import Writer, deltas_of, read_whole
from adtailor.learn.model_file import read_model, write_model

_spec = importlib.util.spec_from_file_location("toy_stream", Path(__file__).with_name("toy_stream.py"))
toy = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(toy)

ASKED = {name: values for name, values in toy.columns(50, first=9_000).items() if name in {"ad_id", "style"}}


class Clock:
    """Stands still until told."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture(scope="module")
def models():
    """Two that believe differently."""
    return toy.fitted(1_500), toy.fitted(3_000)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def file(models, tmp_path):
    models[0].save(tmp_path / "live.model")
    return tmp_path / "live.model"


def serve(file, clock, **options):
    return learn.Server(file, clock=clock, background=False, **({"told": pytest.fail} | options))


def changed(model, place, *, by=1.0):
    """Arrays in which one row of weights differs."""
    arrays = {name: array.copy() for name, array in {**model.learner.serving(), **model.learner.training()}.items()}
    arrays["weights"][place] += by
    return arrays


def test_a_new_file_serves_once_the_server_looks_and_not_before(models, file, clock):
    server = serve(file, clock)
    assert np.array_equal(server.score(ASKED).chances, models[0].score(ASKED))
    models[1].save(file)
    clock.now = 0.9
    assert np.array_equal(server.score(ASKED).chances, models[0].score(ASKED)), "looks once a second"
    clock.now = 1.0
    assert np.array_equal(server.score(ASKED).chances, models[1].score(ASKED))


def test_a_delta_holds_the_rows_that_differ_and_serves_the_same_bits(models, file, clock):
    server = serve(file, clock)
    writer = Writer(file)
    writer.goes_on(read_whole(file))
    rows = models[0].learner.places.of(models[0].encoder.encode(
        {name: column(name, values) for name, values in ASKED.items()}).keys, None)  # fmt: skip
    arrays = changed(models[0], int(rows[0]))
    written = writer.write(models[0].about, arrays)
    assert (written.whole, written.rows) == (False, 1)
    assert written.bytes < 32_000 < file.stat().st_size
    clock.now = 1.0
    scored = server.score(ASKED)
    assert scored.serving.endswith("+1")
    assert scored.chances[0] > models[0].score(ASKED)[0]
    assert np.array_equal(scored.chances, learn.load(file).score(ASKED))
    assert np.array_equal(toy.bits(file)["weights"], arrays["weights"])
    # Written whole again, it has no deltas, and the same bits.
    writer.compact(models[0].about, arrays)
    assert not deltas_of(file)
    clock.now = 2.0
    again = server.score(ASKED)
    assert "+" not in again.serving
    assert np.array_equal(again.chances, scored.chances)


def damage(path, how):
    content = bytearray(path.read_bytes())
    if how == "flipped":
        content[len(content) // 2 // 4096 * 4096] ^= 1
        content[4096] ^= 1
        path.write_bytes(content)
    elif how == "cut":
        path.write_bytes(content[: len(content) // 3])
    elif how == "version":
        content[8] += 1
        path.write_bytes(content)
    elif how == "header":
        content[60] ^= 1
        path.write_bytes(content)
    else:
        path.write_bytes(b"")


@pytest.mark.parametrize("how", ["flipped", "cut", "version", "header", "empty"])
@pytest.mark.parametrize("which", ["file", "delta"])
def test_a_damaged_file_is_refused_and_what_served_before_goes_on(models, file, clock, how, which):
    said = []
    server = serve(file, clock, told=said.append)
    before = server.score(ASKED)
    path = file.with_name("new.model")
    if which == "file":
        models[1].save(path)
        damage(path, how)
        path.replace(file)
    else:
        writer = Writer(file)
        writer.goes_on(read_whole(file))
        writer.write(models[0].about, changed(models[0], 5))
        (delta,) = deltas_of(file)
        damage(delta, how)
    for _ in range(3):
        clock.now += 1.0
        after = server.score(ASKED)
        assert after.serving == before.serving
        assert np.array_equal(after.chances, before.chances)
    assert len(said) == 1, "told once"
    with pytest.raises(ModelUnavailable):
        learn.load(file)
    models[1].save(file)
    clock.now += 1.0
    assert np.array_equal(server.score(ASKED).chances, models[1].score(ASKED))


def test_a_delta_of_another_file_or_out_of_line_is_refused(models, file):
    writer = Writer(file)
    writer.goes_on(read_whole(file))
    for n in range(3):
        writer.write(models[0].about, changed(models[0], 5, by=n + 1.0))
    first, second, third = deltas_of(file)
    kept = second.read_bytes()
    second.unlink()
    with pytest.raises(ModelUnavailable, match=r"000002[.]delta is missing"):
        learn.load(file)
    second.write_bytes(third.read_bytes())
    with pytest.raises(ModelUnavailable, match="does not follow the one before"):
        learn.load(file)
    second.write_bytes(kept)
    learn.load(file)
    other = file.with_name("other.model")
    models[1].save(other)
    theirs = Writer(other)
    theirs.goes_on(read_whole(other))
    theirs.write(models[1].about, changed(models[1], 5))
    (foreign,) = deltas_of(other)
    first.write_bytes(foreign.read_bytes())
    with pytest.raises(ModelUnavailable, match="changes another file"):
        learn.load(file)
    write_model(first, models[0].about, {"weights": np.zeros(3)})
    with pytest.raises(ModelUnavailable, match="is no delta"):
        learn.load(file)


def test_a_feature_renamed_between_training_and_serving_is_told_by_name(file, clock):
    server = serve(file, clock)
    with pytest.raises(InvalidInput, match="ad_id"):
        server.score({"advert_id": ASKED["ad_id"], "style": ASKED["style"]})
    with pytest.raises(InvalidInput, match="'ad_id' was learned from whole numbers"):
        server.score({"ad_id": [str(one) for one in ASKED["ad_id"]], "style": ASKED["style"]})


def test_whoever_scores_while_files_are_swapped_gets_one_model_or_the_other_whole(models, file):
    server = learn.Server(file, every=0.0, told=pytest.fail)
    known = [model.score(ASKED) for model in models]
    torn, stop, asked = [], threading.Event(), []

    def ask():
        while not stop.is_set():
            chances = server.score(ASKED).chances
            asked.append(1)
            if not any(np.array_equal(chances, one) for one in known):
                torn.append(chances)

    askers = [threading.Thread(target=ask) for _ in range(2)]
    for asker in askers:
        asker.start()
    for n in range(20):
        models[n % 2].save(file)
    stop.set()
    for asker in askers:
        asker.join()
    assert not torn
    assert len(asked) > 50


def test_readers_never_see_an_older_state_while_deltas_are_written_and_compacted(models, file):
    writer = Writer(file, most_deltas=4)
    writer.goes_on(read_whole(file))
    seen, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            whole = read_whole(file)
            seen.append(float(whole.arrays["weights"][5]) - start)

    start = float(read_whole(file).arrays["weights"][5])
    reader = threading.Thread(target=read)
    reader.start()
    for n in range(40):
        writer.write(models[0].about, changed(models[0], 5, by=float(n + 1)))
    stop.set()
    reader.join()
    assert len(seen) > 3
    assert seen == sorted(seen)


def test_cached_ads_serve_the_version_that_serves(models, file, clock):
    ads = {"ad_id": ASKED["ad_id"]}
    server = serve(file, clock, ads=ads)
    for model in models:
        model.save(file)
        clock.now += 1.0
        expected = model.score({"ad_id": ASKED["ad_id"], "style": ["work"] * 50})
        np.testing.assert_allclose(server.score_ads({"style": "work"}).chances, expected, atol=1e-6)


def test_reading_leaves_the_file_as_it_is(models, file):
    writer = Writer(file)
    writer.goes_on(read_whole(file))
    before = file.read_bytes()
    writer.write(models[0].about, changed(models[0], 5))
    read_whole(file)
    assert file.read_bytes() == before
    _, arrays = read_model(file)
    assert not arrays["weights"].flags.writeable
