"""Systems broken on purpose, one for each promise: a proof that does not find its fault proves nothing."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from adtailor.decide import catalogue, deciding
from adtailor.domain.decision import Filled, Regulations, Why
from adtailor.domain.person import Consents
from adtailor.domain.wellbeing import Care, State
from adtailor.journeys import fill_page
from adtailor.testing import samples, toy_pages
from adtailor.testing.trust.installed import Remembering, models
from adtailor.wellbeing.vetoes import FewerVeto

Patch = pytest.MonkeyPatch
Fault = Callable[[Patch], None]


def high_shows_more(patch: Patch) -> None:
    """A state that is milder than the one below it."""
    real = FewerVeto.blanks
    patch.setattr(
        FewerVeto,
        "blanks",
        lambda self, won, places, plain: frozenset() if self.state is State.HIGH else real(self, won, places, plain),
    )


def refills(patch: Patch) -> None:
    """A veto whose gap goes to somebody else."""
    real = toy_pages.decide

    def decide(*args: Any, **named: Any) -> Any:
        made = real(*args, **named)
        free = real(*args, **{**named, "veto": None})
        spare = next((one for one in free.placements if one.won is not None), None)
        if spare is None:
            return made
        return replace(
            made,
            placements=tuple(
                Filled(placement_id=one.placement_id, won=replace(spare.won, ad_id="refill"), why=spare.why)
                if one.no_fill is not None and one.no_fill.code == "quiet"
                else one
                for one in made.placements
            ),
        )

    patch.setattr(toy_pages, "decide", decide)


def moods_move_everything(patch: Patch) -> None:
    """A catalogue that lets a mood move whatever it is an ad for."""
    from adtailor.testing import toy_ads

    real = toy_ads.build_catalogue

    def build(*args: Any, **named: Any) -> Any:
        return real(*args, **{**named, "sensitive_products": frozenset()})

    patch.setattr(toy_ads, "build_catalogue", build)
    assert catalogue.build_catalogue is real


def any_word_will_do(patch: Patch) -> None:
    """A schema that knows no word for distress."""
    patch.setattr("adtailor.domain.targeting.names_distress", lambda _word: False)


def minors_are_read(patch: Patch) -> None:
    """Nobody is protected by their age."""
    patch.setattr("adtailor.profiles.consent.is_protected", lambda _age, _policy: False)
    patch.setattr("adtailor.storage.permitted.consented", lambda person: person.consents)


def keeps_what_was_withdrawn(patch: Patch) -> None:
    """A store that keeps what a withdrawn consent had allowed."""
    patch.setattr("adtailor.storage.people.SqlitePeople._take_back", lambda *_: None)
    patch.setattr("adtailor.storage.rows.permitted_profile", lambda profile, _consents: profile)
    patch.setattr("adtailor.journeys.fill_page.without_consents", lambda profile, _consents: profile)


def moods_come_with_looks(patch: Patch) -> None:
    """One consent that opens what another is for."""
    from adtailor.journeys import read_posts

    real = read_posts.parts_allowed
    patch.setattr(read_posts, "parts_allowed", lambda c: real(replace(c, wellbeing=c.wellbeing or c.look)))
    patch.setattr("adtailor.storage.posts.consented", lambda person: replace(person.consents, wellbeing=True))


def adults_only_is_forgotten(patch: Patch) -> None:
    """Ads for adults, before anybody."""
    patch.setattr("adtailor.profiles.evidence.is_protected", lambda _age, _policy: False)


def deaf_to_gpc(patch: Patch) -> None:
    """A header that nobody reads."""
    patch.setattr("adtailor.service.decisions.says_gpc", lambda _headers: False)


def garbage_is_a_yes(patch: Patch) -> None:
    """A decoder that takes whatever it cannot read for a yes."""
    real = fill_page.effective_consents
    patch.setattr(
        fill_page,
        "effective_consents",
        lambda person, viewer, _regs, policy, **_named: real(person, viewer, Regulations(), policy),
    )


def strings_give(patch: Patch) -> None:
    """A string that says yes counts as a consent, whatever the site or the person withdrew."""
    from adtailor.profiles.consent_strings import heard

    real = fill_page.effective_consents

    def effective(person: Any, viewer: Any, regs: Any, policy: Any, **named: Any) -> Any:
        left = real(person, viewer, regs, policy, **named)
        said = heard(regs, vendor=named.get("tcf_vendor")).most
        told = regs.tcf is not None or regs.gpp is not None
        return replace(left, interests=left.interests or (told and said.interests))

    patch.setattr(fill_page, "effective_consents", effective)


def reads_what_is_damaged(patch: Patch) -> None:
    """A decoder that does not mind what stands behind a string."""
    patch.setattr("adtailor.profiles.consent_strings.bits.Bits.end", lambda _self: None)


def looks_at_faces(patch: Patch) -> None:
    """A reader that finds other clothes on other people."""
    looks = models()[1]
    real = looks.read

    def read(photos: Any) -> Any:
        answers = real(photos)
        return [
            replace(one, garments=(replace(one.garments[0], type=f"{one.garments[0].type}-{len(photo.data) % 7}"),))
            if not isinstance(one, str) and one.garments
            else one
            for one, photo in zip(answers, photos, strict=True)
        ]

    patch.setattr(looks, "read", read)


def keeps_photos(patch: Patch) -> None:
    """A store that forgets to drop what was read."""
    from adtailor.storage import posts

    real = posts.delete

    def delete(table: Any) -> Any:
        made = real(table)
        return made.where(table.c.seq < 0) if getattr(table, "name", "") == "photos" else made

    patch.setattr(posts, "delete", delete)


def names_one_signal_too_many(patch: Patch) -> None:
    """An explanation that says more than is so."""
    real = deciding.explain

    def explain(auction: Any) -> Any:
        told = real(auction)
        whys = tuple(
            None if why is None else Why(signals=(*why.signals, "place"), sentence=why.sentence)
            if "place" not in why.signals
            else why
            for why in told.whys
        )  # fmt: skip
        return replace(told, whys=whys)

    patch.setattr(deciding, "explain", explain)


def says_sponsored(patch: Patch) -> None:
    """An ad that does not say that it is one."""
    patch.setattr("adtailor.service.wire.decisions.LABEL", "Sponsored")


def switches_do_nothing(patch: Patch) -> None:
    """A switch that is stored, and that no decision looks at."""
    real = fill_page.evidence_of

    def evidence_of(profile: Any, *args: Any, **named: Any) -> Any:
        return real(profile and replace(profile, signals_off=frozenset()), *args, **named)

    patch.setattr(fill_page, "evidence_of", evidence_of)


def keeps_a_key(patch: Patch) -> None:
    """Somebody is forgotten, and their key stays in the file."""
    from adtailor.storage.keyring import Keyring

    patch.setattr(Keyring, "destroy", lambda self, person_id: self.find(person_id) is not None)


def exports_less(patch: Patch) -> None:
    """An export without what somebody muted."""
    from adtailor.storage import sqlite

    real = sqlite.exported
    patch.setattr(sqlite, "exported", lambda **named: {**real(**named), "profile": None})


def consent_lifts_an_objection(patch: Patch) -> None:
    """Agreeing to something counts as taking an objection back."""
    from adtailor.journeys.people import People

    real = People.set_consents

    def set_consents(self: Any, person_id: Any, consents: Any, *, expected_version: Any) -> Any:
        self.set_objection(person_id, False)
        return real(self, person_id, consents, expected_version=None)

    patch.setattr(People, "set_consents", set_consents)


def nothing_expires(patch: Patch) -> None:
    """A purge that purges nothing."""
    patch.setattr("adtailor.storage.posts.SqlitePosts.purge", lambda _self, _now: 0)
    patch.setattr("adtailor.storage.people.SqlitePeople.purge", lambda _self, _now: 0)


def logs_the_post(patch: Patch) -> None:
    """A log line that quotes what was posted."""
    import logging

    from adtailor.journeys.read_posts import ReadPosts

    real = ReadPosts.accept

    def accept(self: Any, posts: Any, *, now: Any) -> Any:
        logging.getLogger("adtailor").info("taking in %s", [post.text for post in posts])
        return real(self, posts, now=now)

    patch.setattr(ReadPosts, "accept", accept)


def tells_of_anybody(patch: Patch) -> None:
    """A report whose lines may be of one person."""
    patch.setattr("adtailor.measure.anonymity._told", lambda parts, _people, _least: set(parts))


def reaches_anybody(patch: Patch) -> None:
    """A count after which every targeting serves, whomever it is for."""
    from adtailor.journeys import reach

    real = reach.reached
    patch.setattr(reach, "reached", lambda *args, **named: replace(real(*args, **named), serves=True))


def has_no_noise(patch: Patch) -> None:
    """Figures for everybody as they were counted."""
    patch.setattr(
        "adtailor.journeys.repository.with_noise",
        lambda counts, names, _by, _noise: {name: counts.get(name, 0) for name in names},
    )


def has_half_the_noise(patch: Patch) -> None:
    """Noise that costs twice what a day has."""
    from adtailor.journeys import repository

    real = repository.with_noise
    patch.setattr(
        repository,
        "with_noise",
        lambda counts, names, by, noise: real(
            counts, names, by, lambda of, epsilon, most: noise(of, 2 * epsilon, most)
        ),
    )


def has_a_sponsor(patch: Patch) -> None:
    """A card that is somebody's ad."""
    from adtailor.wellbeing import rest

    real = rest.words_in
    patch.setattr(rest, "words_in", lambda language: replace(real(language), rest_body="Sponsored by Kettle & Co."))


def nags(patch: Patch) -> None:
    """A card at every look."""
    patch.setattr("adtailor.wellbeing.desk.is_due", lambda _card, _policy, _now: True)


def believes_any_number(patch: Patch) -> None:
    """A number that nobody checked counts as checked."""
    patch.setattr("adtailor.wellbeing.helplines.is_fresh", lambda *_: True)


def resting_is_hiding(patch: Patch) -> None:
    """A rest that is taken counts as an ad that was hidden."""
    from adtailor.journeys.people import People

    real = People.answer_rest

    def answer_rest(self: Any, person_id: Any, answer: Any, *, now: Any, zone: str) -> None:
        real(self, person_id, answer, now=now, zone=zone)
        STORES[-1].events.take(samples.event(hash((person_id, answer)) % 10**9, kind="hide", price=0, at=now))

    patch.setattr(People, "answer_rest", answer_rest)
    _remember_stores(patch)


STORES: list[Any] = []


def _remember_stores(patch: Patch) -> None:
    from adtailor.storage import SqliteStore

    real = SqliteStore.__init__

    def init(self: Any, *args: Any, **named: Any) -> None:
        real(self, *args, **named)
        STORES.append(self)

    patch.setattr(SqliteStore, "__init__", init)


def distress_teaches(patch: Patch) -> None:
    """Interests learn from whatever somebody writes."""
    patch.setattr("adtailor.profiles.interests.may_teach", lambda *_: True)


def hears_names(patch: Patch) -> None:
    """A reader that finds whoever has one of these names stressed."""
    from adtailor.testing.trust.learned import groups_of_names

    named = set(groups_of_names()["african_american"])
    _reads(
        patch,
        lambda post, reading: (
            replace(reading, stress=replace(reading.stress, probability=0.99, severity=0.99))
            if reading.stress and any(name in post.text for name in named)
            else reading
        ),
    )


def obeys(patch: Patch) -> None:
    """A reader that does as it is told."""
    _reads(
        patch,
        lambda post, reading: (
            replace(reading, crisis=True) if "ignore" in post.text.lower() or "system" in post.text.lower() else reading
        ),
    )


def _reads(patch: Patch, change: Callable[[Any, Any], Any]) -> None:
    real = Remembering.read

    def read(self: Any, posts: Any, parts: Any) -> Any:
        return [change(post, one) for post, one in zip(posts, real(self, posts, parts), strict=True)]

    patch.setattr(Remembering, "read", read)


def quotes_ads_to_models(patch: Patch) -> None:
    """Instructions about a person's post that hold an advertiser's words."""
    patch.setattr("adtailor.understand.asked.reader.RULES", "You label posts. They say: zqadvertised.")


def hears_nothing_personal(patch: Patch) -> None:
    """A check of creatives that finds nothing."""
    patch.setattr("adtailor.understand.creative_checks.personal", lambda _text: None)


def leads_anywhere(patch: Patch) -> None:
    """A click that goes where the address says."""
    from adtailor.journeys.take_event import TakeEvent

    real = TakeEvent._taken
    patch.setattr(
        TakeEvent, "_taken", lambda self, *args: replace(real(self, *args), landing_url="https://evil.example/")
    )


def goes_by_name(patch: Patch) -> None:
    """A fetch that judges what a name means, and then looks the name up again to connect."""
    from adtailor.engines import fetch

    real = fetch._judged

    def judged(target: Any, resolve: Any) -> str:
        real(target, resolve)
        return str(target.host)

    patch.setattr(fetch, "_judged", judged)


def allows_scripts(patch: Patch) -> None:
    """Pages whose policy lets in what an advertiser wrote."""
    patch.setattr("adtailor.console.render.CONTENT_POLICY", "default-src * 'unsafe-inline'")


def budgets_are_endless(patch: Patch) -> None:
    """Charging that looks at what is left neither before nor while it debits."""
    from adtailor.storage import charging

    kind = next(one for one in vars(charging).values() if hasattr(one, "_has_room"))
    patch.setattr(kind, "_has_room", lambda _self, _event, budget, day: budget.days.setdefault(day, 0) >= 0)
    day = "UPDATE spent_days SET spent = spent + :amount WHERE campaign_id = :campaign AND day = :day"
    patch.setattr(charging, "_DEBIT_DAY", day)
    patch.setattr(charging, "_DEBIT_LIFE", "UPDATE budgets SET spent = spent + :amount WHERE campaign_id = :campaign")
    opened = charging.__dict__["_OPEN_DAY"]
    real = kind.take

    def take(self: Any, arrival: Any) -> Any:
        self._cursor.execute(opened, (arrival.event.campaign_id, arrival.event.at.date().isoformat()))
        return real(self, arrival)

    patch.setattr(kind, "take", take)


def believes_bots(patch: Patch) -> None:
    """A crawler that says so counts as a person."""
    patch.setattr("adtailor.journeys.traffic.is_bot", lambda _agent: False)


def everybody_sees_all(patch: Patch) -> None:
    """A border between organizations that is none."""
    from adtailor.domain.access import Caller

    patch.setattr(Caller, "sees", lambda _self, _organization: True)


def forgets_early(patch: Patch) -> None:
    """A repository that keeps an ad for some months."""
    from datetime import timedelta

    patch.setattr("adtailor.journeys.repository.KEPT", timedelta(days=300))


def shows_what_stands_there_now(patch: Patch) -> None:
    """A repository that tells of an ad as it is now, and not as it was."""
    from adtailor.storage.exhibits import SqliteExhibits

    real = SqliteExhibits.versions
    patch.setattr(SqliteExhibits, "versions", lambda self, ads: {ad: kept[:1] for ad, kept in real(self, ads).items()})


def goes_on_without(patch: Patch) -> None:
    """A page that goes on without what it could not check."""
    real = fill_page.FillPage._viewer

    def viewer(self: Any, *args: Any) -> Any:
        try:
            return real(self, *args)
        except Exception:
            return fill_page._Viewer(
                age="adult", consents=Consents(), profile=None, memory=None, care=Care(), is_contextual=False
            )

    patch.setattr(fill_page.FillPage, "_viewer", viewer)


FAULTS: Mapping[int, Fault] = {
    1: high_shows_more,
    2: refills,
    3: moods_move_everything,
    4: any_word_will_do,
    5: minors_are_read,
    6: keeps_what_was_withdrawn,
    7: moods_come_with_looks,
    8: adults_only_is_forgotten,
    9: deaf_to_gpc,
    10: garbage_is_a_yes,
    11: looks_at_faces,
    12: keeps_photos,
    13: names_one_signal_too_many,
    14: says_sponsored,
    15: switches_do_nothing,
    16: keeps_a_key,
    17: exports_less,
    18: consent_lifts_an_objection,
    19: nothing_expires,
    20: logs_the_post,
    21: tells_of_anybody,
    22: reaches_anybody,
    23: has_a_sponsor,
    24: nags,
    25: believes_any_number,
    26: resting_is_hiding,
    27: distress_teaches,
    28: hears_names,
    29: obeys,
    30: quotes_ads_to_models,
    31: hears_nothing_personal,
    32: leads_anywhere,
    33: goes_by_name,
    34: allows_scripts,
    35: budgets_are_endless,
    36: believes_bots,
    37: everybody_sees_all,
    38: goes_on_without,
    39: forgets_early,
}
FURTHER: tuple[tuple[int, Fault], ...] = (
    (10, strings_give),
    (10, reads_what_is_damaged),
    (21, has_no_noise),
    (21, has_half_the_noise),
    (39, shows_what_stands_there_now),
)
"""More that the proof of a promise is to find, where it tries more than one thing."""
