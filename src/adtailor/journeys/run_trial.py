"""A trial from its plan to its end: registered, started, watched, read, stopped; each step in the audit log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from adtailor.domain.audit import Action, Author
from adtailor.domain.findings import Evidence, Findings, Look
from adtailor.domain.ids import PersonId, TrialId
from adtailor.domain.trial import KEPT_DAYS, Column, Registration, Status, Trial
from adtailor.errors import InvalidInput, StaleVersion, UnknownId
from adtailor.journeys.live_catalogue import LiveCatalogue
from adtailor.measure.experiments.gather import Gathered, gathered
from adtailor.measure.experiments.plan import SiteVariance, site_variance
from adtailor.measure.experiments.read import read
from adtailor.measure.experiments.register import Registered, registered, trial_of
from adtailor.ports import AuditLog, EventStore, TrialStore

KIND = "trials"
Told = Mapping[PersonId, Mapping[Column, float]]
"""What a site itself knows of people, as the time they spent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A trial, and its last look."""

    trial: Trial
    looks: int
    last: Look | None


class RunTrial:
    """The use cases of trials, for CLI, HTTP and pages alike."""

    def __init__(
        self,
        *,
        trials: TrialStore,
        events: EventStore,
        audit: AuditLog,
        catalogue: LiveCatalogue | None = None,
    ) -> None:
        self._trials = trials
        self._events = events
        self._audit = audit
        self._catalogue = catalogue

    def register(self, text: str, author: Author) -> Trial:
        """Keep a registration; once a trial has begun, another is refused."""
        told: Registered = registered(text)
        before = self._trials.trial(told.registration.id)
        trial = trial_of(told, before, now=author.at)
        if trial is not before:
            self._trials.put(trial)
            after = {"hash": trial.hash, "design": trial.registration.design}
            self._note(
                author, trial, "changed" if before else "created", {"hash": before.hash} if before else {}, after
            )
        return trial

    def start(self, trial_id: TrialId, author: Author) -> Trial:
        """Serve people by their arms from now on; what was registered is fixed."""
        trial = self.trial(trial_id)
        if trial.status != "registered":
            raise StaleVersion(f"{trial_id} is {trial.status}", hint="a trial begins once", field="status")
        self._check(trial.registration)
        started = replace(trial, status="running", started_at=author.at)
        self._trials.put(started)
        self._note(author, started, "changed", {"status": trial.status}, {"status": "running", "hash": trial.hash})
        return started

    def stop(self, trial_id: TrialId, because: str, author: Author) -> Trial:
        """Serve everybody alike again."""
        trial = self.trial(trial_id)
        if trial.status != "running":
            raise StaleVersion(f"{trial_id} is {trial.status}", hint="only a running trial stops", field="status")
        if not because.strip():
            raise InvalidInput("no reason", hint="say in a few words why it stops", field="because")
        stopped = replace(trial, status="stopped", stopped_at=author.at, stopped_because=because.strip())
        self._trials.put(stopped)
        self._note(author, stopped, "changed", {"status": "running"}, {"status": "stopped", "because": because.strip()})
        return stopped

    def trial(self, trial_id: TrialId) -> Trial:
        """One trial; UnknownId."""
        if (found := self._trials.trial(trial_id)) is None:
            raise UnknownId(f"no trial {trial_id!r}", hint="`adtailor trial list` shows them", field="id")
        return found

    def listed(self, status: Status | None = None) -> list[Listed]:
        """All of them, oldest first."""
        found: list[Listed] = []
        for trial in self._trials.trials():
            if status in {None, trial.status}:
                looks = self._trials.looks(trial.registration.id)
                found.append(Listed(trial=trial, looks=len(looks), last=looks[-1] if looks else None))
        return found

    def looks(self, trial_id: TrialId) -> Sequence[Look]:
        """What each look found."""
        return self._trials.looks(self.trial(trial_id).registration.id)

    def read(self, trial_id: TrialId, *, now: datetime, told: Told | None = None) -> Look:
        """A look at all of it, which counts: its bounds are those of one look more, whatever is found."""
        trial, past = self.trial(trial_id), self._trials.looks(trial_id)
        if past and past[-1].findings.is_over:
            return past[-1]
        findings = self._findings(trial, past, now=now, told=told)
        look = Look(trial_id=trial_id, number=len(past) + 1, at=now, findings=findings)
        self._trials.add_look(look)
        return look

    def watch(self, trial_id: TrialId, *, now: datetime, told: Told | None = None) -> Findings:
        """What holds however often somebody looks: people, sample ratio, guardrails. Never the primary metric."""
        trial, past = self.trial(trial_id), self._trials.looks(trial_id)
        findings = self._findings(trial, past, now=now, told=told)
        seen = tuple(one for one in findings.findings if one.role == "guardrail")
        evidence: Evidence = "broken" if findings.sample_ratio.is_broken else "insufficient"
        return replace(findings, findings=seen, evidence=evidence, needed=None, is_over=False)

    def variance(self, *, now: datetime, days: float) -> SiteVariance:
        """How people of this site differ in what they bring, from its own log of some days."""
        half = now - timedelta(days=days / 2)
        since = now - timedelta(days=days)
        people: dict[PersonId, tuple[float, float]] = {}
        of = {
            record.decision.decision_id: (record.person_id, record.decision.decided_at >= half)
            for record in self._events.records(since)
            if record.person_id is not None
        }
        for person, _ in of.values():
            people.setdefault(person, (0.0, 0.0))
        for event, charged in self._events.events(since):
            if event.validity == "valid" and charged and (found := of.get(event.decision_id)) is not None:
                before, during = people[found[0]]
                people[found[0]] = (before, during + charged) if found[1] else (before + charged, during)
        columns = np.array(list(people.values()), dtype=np.float64).reshape(-1, 2)
        return site_variance(columns[:, 0], columns[:, 1], days=days / 2)

    def _findings(self, trial: Trial, past: Sequence[Look], *, now: datetime, told: Told | None) -> Findings:
        if trial.started_at is None:
            raise StaleVersion(f"{trial.registration.id} has not begun", hint="start it first", field="status")
        registration, until = trial.registration, trial.stopped_at or now
        ends = trial.started_at + timedelta(days=registration.days)
        table = self._gathered(trial, now=now).table(told)
        notes: tuple[str, ...] = ()
        if now - trial.started_at > timedelta(days=KEPT_DAYS):
            notes = (f"of the last {KEPT_DAYS} days: decisions are not kept for longer",)
        return read(
            replace(table, notes=(*notes, *table.notes)),
            registration,
            past=[look.findings.information for look in past],
            is_last=trial.status == "stopped" or until >= ends,
            bound_share=self._trials.bound_share(trial.started_at, until),
            hash=trial.hash,
            read_at=now,
        )

    def _gathered(self, trial: Trial, *, now: datetime) -> Gathered:
        assert trial.started_at is not None  # noqa: S101 - asked before
        since = trial.started_at - timedelta(days=trial.registration.before_days)
        since = max(since, now - timedelta(days=KEPT_DAYS))
        return gathered(
            trial.registration, self._events.records(since), self._events.events(since), began=trial.started_at
        )

    def _check(self, registration: Registration) -> None:
        running = [listed.trial.registration for listed in self.listed("running")]
        rankers = [arm.ranker for arm in registration.arms if arm.ranker is not None]
        for other in running:
            if rankers and any(arm.ranker is not None for arm in other.arms):
                raise StaleVersion(
                    f"{other.id} already tries a click model",
                    hint="stop it first, or leave the ranker out",
                    field="arms",
                )
            if other.design == registration.design == "budget split":
                raise StaleVersion(
                    f"{other.id} splits the budgets already",
                    hint="stop it first: a budget is split once",
                    field="design",
                )
        if self._catalogue is not None:
            for ranker in rankers:
                self._catalogue.ranker_named(ranker)

    def _note(
        self, author: Author, trial: Trial, action: Action, before: Mapping[str, object], after: Mapping[str, object]
    ) -> None:
        self._audit.note(author, action, kind=KIND, item_id=trial.registration.id, before=before, after=after)
