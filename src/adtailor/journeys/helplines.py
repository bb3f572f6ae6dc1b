"""Helplines are switched on by a person who looked: who checked which line, and until when that counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from adtailor.domain.audit import Action, Author
from adtailor.domain.wellbeing import Helpline, HelplineCheck
from adtailor.errors import UnknownId
from adtailor.ports import AuditLog, HelplineChecks

KIND = "helplines"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A line, with the newer of the file's and the operator's check."""

    line: Helpline
    on: date | None
    """The day of the check; None while nobody checked it."""
    by: str | None
    """Whose check it is; None where the day stands in the file."""
    until: date | None
    """The last day on which the check counts."""
    is_on: bool
    """Whether it is shown; the international directory always is where no line of the country is."""


class Helplines:
    """What operators do with the table of helplines: look, check, take a check back."""

    def __init__(
        self, lines: Sequence[Helpline], *, checks: HelplineChecks, audit: AuditLog, fresh_days: int, directory: str
    ) -> None:
        self._lines = tuple(line for line in lines if line.country != directory)
        self._checks = checks
        self._audit = audit
        self.fresh_days = fresh_days

    def table(self, now: datetime) -> list[Checked]:
        """Every line but the directory, in the order of the file."""
        checks = self._checks.checks()
        return [self._judged(line, checks.get(line.fingerprint), now.date()) for line in self._lines]

    def check(self, fingerprint: str, author: Author) -> Checked:
        """The line was opened at its source today, and stands there as it stands here. UnknownId for another line."""
        line = self._line(fingerprint)
        before = self._checks.checks().get(fingerprint)
        check = HelplineCheck(line=fingerprint, checked_at=author.at.date(), by=author.by)
        self._checks.put_check(check)
        self._note(author, "changed" if before else "created", line, before, check)
        return self._judged(line, check, author.at.date())

    def take_back(self, fingerprint: str, author: Author) -> Checked:
        """The check does not count any more; one in the file stays."""
        line = self._line(fingerprint)
        before = self._checks.checks().get(fingerprint)
        if self._checks.drop_check(fingerprint):
            self._note(author, "removed", line, before, None)
        return self._judged(line, None, author.at.date())

    def _line(self, fingerprint: str) -> Helpline:
        for line in self._lines:
            if line.fingerprint == fingerprint:
                return line
        raise UnknownId(
            "no such line in the table of helplines",
            hint="it may have been changed meanwhile: look at the table again",
            field="line",
        )

    def _judged(self, line: Helpline, check: HelplineCheck | None, today: date) -> Checked:
        by_hand = check is not None and (line.verified_at is None or check.checked_at >= line.verified_at)
        on = check.checked_at if check is not None and by_hand else line.verified_at
        until = None if on is None else on + timedelta(days=self.fresh_days)
        return Checked(
            line=line,
            on=on,
            by=check.by if check is not None and by_hand else None,
            until=until,
            is_on=on is not None and until is not None and on <= today <= until,
        )

    def _note(
        self, author: Author, action: Action, line: Helpline, before: HelplineCheck | None, after: HelplineCheck | None
    ) -> None:
        self._audit.note(
            author,
            action,
            kind=KIND,
            item_id=f"{line.country} {line.name}",
            before=_told(before),
            after=_told(after),
        )


def _told(check: HelplineCheck | None) -> dict[str, object]:
    return {} if check is None else {"checked_at": check.checked_at.isoformat(), "line": check.line}
