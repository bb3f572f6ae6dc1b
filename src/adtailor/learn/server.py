"""A promoted model where it serves: mapped, replaced without a pause, with a candidate beside it where one is tried."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import AdtailorError, InvalidInput, ModelUnavailable
from adtailor.learn.delta import delta_path, read_whole
from adtailor.learn.model import Model, assembled
from adtailor.learn.promotion import serving_path
from adtailor.learn.serving import Ads
from adtailor.learn.trial import Trial, trial_of, trial_path

_log = logging.getLogger(__name__)
Floats = NDArray[np.float64]
Stamp = tuple[int, int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A model as it stands in a file, with its deltas. Readers hold on to it while they score."""

    name: str
    """The file, what it is known by, and how many deltas were applied."""
    path: Path
    identity: str
    deltas: int
    stamp: Stamp
    model: Model
    ads: Ads | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What serves at one moment; replaced as a whole, never changed."""

    stamps: tuple[Stamp, ...]
    """Of the slot and its trial, before they were read."""
    serving: Version
    trial: Trial | None = None
    candidate: Version | None = None

    @property
    def signs(self) -> tuple[Stamp, ...]:
        """What `Server` finds as long as nothing is newer: each file as it was, and no delta after the last."""
        versions = [one for one in (self.serving, self.candidate) if one is not None]
        return (*self.stamps, *(sign for one in versions for sign in (one.stamp, None)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Chances for one request, and what is to be logged with them."""

    chances: Floats
    """What is served."""
    serving: str
    candidate: str | None
    """The name of the candidate; None where none is tried, or where it failed."""
    by_candidate: NDArray[np.bool_]
    """Of each row, whether the candidate is served."""
    serving_chances: Floats
    """NaN where the candidate alone was asked."""
    candidate_chances: Floats
    """NaN where it was not asked."""


class Server:
    """Scores by what serves now. Threads may share it; each asks once and is answered by one version.

    `served` is a model's file; with `shelf`, the name of a slot there. At most once in `every` seconds of `clock` it
    looks whether the file, its deltas, the slot or the trial have changed, by their times alone, and reads what is new
    beside the requests (`background`); they go on with the old one meanwhile. What cannot be read is told, and what
    served before goes on. `ads` are columns of ads to keep summed up. `log` gets what each request was scored by.
    """

    def __init__(
        self,
        served: str | Path = "serving",
        *,
        shelf: str | Path | None = None,
        ads: Mapping[str, Any] | None = None,
        every: float = 1.0,
        background: bool = True,
        clock: Callable[[], float] = time.monotonic,
        told: Callable[[str], None] = _log.warning,
        log: Callable[[Scored], None] | None = None,
    ) -> None:
        self._served, self._shelf, self._ads = str(served), shelf, ads
        self._every, self._clock, self._told, self._log = every, clock, told, log
        self._background = background
        self._loading = threading.Lock()
        self._next_look = clock() + every
        self._refused: tuple[Stamp, ...] = ()
        self._live = self._read(None)

    @property
    def live(self) -> Live:
        """What serves now; looks for something newer when it is time."""
        now = self._clock()
        if now >= self._next_look:
            self._next_look = now + self._every
            signs = self._signs(self._live)
            if signs not in {self._live.signs, self._refused} and self._loading.acquire(blocking=False):
                if self._background:
                    threading.Thread(target=self._replace, args=(signs,), name="adtailor-server", daemon=True).start()
                else:
                    self._replace(signs)
        return self._live

    @property
    def model(self) -> Model:
        """The model that serves now."""
        return self.live.serving.model

    def score(self, rows: Mapping[str, Any], *, group: Sequence[Any] | NDArray[Any] | None = None) -> Scored:
        """Chances of a click for rows of columns, as `Model.score`; `group` is whose they are, one for each row."""
        return self._scored(lambda version: _clicks(version.model.score(rows)), group)

    def score_ads(self, request: Mapping[str, Any], *, group: Any = None) -> Scored:
        """Chances of a click of all ads that are kept, for one request of one person."""
        return self._scored(lambda version: _kept(version).score(request), None if group is None else [group])

    def _scored(self, ask: Callable[[Version], Floats], group: Sequence[Any] | NDArray[Any] | None) -> Scored:
        live = self.live
        candidate, trial = live.candidate, live.trial
        if candidate is None or trial is None:
            chances = ask(live.serving)
            nobody = np.zeros(len(chances), dtype=np.bool_)
            none = np.full(len(chances), np.nan)
            return self._logged(Scored(chances=chances, serving=live.serving.name, candidate=None, by_candidate=nobody,
                                       serving_chances=chances, candidate_chances=none))  # fmt: skip
        if group is None and trial.share > 0.0:
            raise InvalidInput("no group, and a candidate is tried on some of them",
                               hint="say whose request it is: group=person ids", field="group")  # fmt: skip
        gets = np.zeros(1, dtype=np.bool_) if group is None else trial.gets(group)
        theirs: Floats | None = None
        if trial.shadow or gets.any():
            try:
                theirs = ask(candidate)
            except AdtailorError as error:  # a candidate must not take the page down
                self._told(f"{candidate.name} cannot score, and {live.serving.name} serves: {error}")
        everywhere = theirs is not None and not trial.shadow and bool(gets.all())
        ours = np.full(len(theirs), np.nan) if everywhere and theirs is not None else ask(live.serving)
        gets = np.broadcast_to(gets, ours.shape)
        if theirs is None:
            gets = np.zeros(len(ours), dtype=np.bool_)
        found = np.full(len(ours), np.nan) if theirs is None else theirs
        return self._logged(Scored(
            chances=np.where(gets, found, ours),
            serving=live.serving.name,
            candidate=None if theirs is None else candidate.name,
            by_candidate=gets,
            serving_chances=ours,
            candidate_chances=found,
        ))  # fmt: skip

    def _logged(self, scored: Scored) -> Scored:
        if self._log is not None:
            self._log(scored)
        return scored

    def _replace(self, signs: tuple[Stamp, ...]) -> None:
        # Whoever is scoring holds the old version; it goes when the last of them lets it go.
        try:
            self._live = self._read(self._live)
            self._refused = ()
        except (AdtailorError, OSError) as error:
            self._refused = signs
            self._told(f"{self._live.serving.name} goes on serving: {error}")
        finally:
            self._loading.release()

    def _signs(self, live: Live) -> tuple[Stamp, ...]:
        # A few stats: no file is opened.
        found = list(self._stamps())
        for version in (live.serving, live.candidate):
            if version is not None:
                found += [_stamp(version.path), _stamp(delta_path(version.path, version.identity, version.deltas + 1))]
        return tuple(found)

    def _stamps(self) -> tuple[Stamp, ...]:
        if self._shelf is None:
            return ()
        slot = Path(self._shelf) / f"{self._served}.json"
        return _stamp(slot), _stamp(trial_path(self._served, shelf=self._shelf))

    def _read(self, before: Live | None) -> Live:
        stamps = self._stamps()
        path, trial = Path(self._served), None
        if self._shelf is not None:
            found = serving_path(self._served, shelf=self._shelf)
            if found is None:
                raise ModelUnavailable(f"nothing serves in {self._served!r}", hint="promote a model first")
            path, trial = found, self._trial()
        old = () if before is None else (before.serving, before.candidate)
        serving = self._version(path, old)
        candidate = None
        if trial is not None and self._shelf is not None:
            try:
                candidate = self._version(Path(self._shelf) / trial.candidate, old)
            except (AdtailorError, OSError) as error:
                self._told(f"the candidate {trial.candidate} is left out: {error}")
        return Live(stamps=stamps, serving=serving, trial=trial, candidate=candidate)

    def _trial(self) -> Trial | None:
        try:
            return trial_of(self._served, shelf=self._shelf or "")
        except ModelUnavailable as error:
            self._told(str(error))
            return None

    def _version(self, path: Path, old: Sequence[Version | None]) -> Version:
        stamp = _stamp(path)
        for version in old:
            if version is not None and version.path == path and version.stamp == stamp:
                if _stamp(delta_path(path, version.identity, version.deltas + 1)) is None:
                    return version
                # The file itself was verified when it was first read; each delta is.
                whole = read_whole(path, verify=False, only=version.model.learner.serving().keys())
                break
        else:
            whole = read_whole(path)
        model = assembled(path, whole.about, whole.arrays)
        name = f"{path.name}@{whole.identity[:8]}" + (f"+{whole.number}" if whole.number else "")
        kept = None if self._ads is None else model.ads(self._ads)
        return Version(name=name, path=path, identity=whole.identity, deltas=whole.number, stamp=stamp, model=model,
                       ads=kept)  # fmt: skip


def _kept(version: Version) -> Ads:
    if version.ads is None:
        raise InvalidInput("no ads are kept", hint="give them to the server: ads={...}", field="ads")
    return version.ads


def _clicks(chances: Floats) -> Floats:
    return chances if chances.ndim == 1 else chances[:, 0]


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
