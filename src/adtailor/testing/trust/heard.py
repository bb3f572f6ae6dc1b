"""Promise 10: what consent strings say is heard as the formats have it, and what cannot be read means no."""

import base64
from collections.abc import Mapping
from typing import Any, NamedTuple

from hypothesis import strategies as st

from adtailor.config.settings import Consent, Deciding, Settings
from adtailor.testing.trust import writing
from adtailor.testing.trust.consents import PLAIN_PAGE
from adtailor.testing.trust.installed import Installed, expected, installed, shown
from adtailor.testing.trust.proof import Proof, Trial, holds
from adtailor.testing.written_consents import VENDOR, gpp, tcf, us

Page = Mapping[str, tuple[str, int]]
PROFILING = {3, 4}
"""The purposes of TCF that personalised ads take: making profiles, and using them."""
OLDEST_POLICY = 4
BARS = (0, 2)
"""Restrictions of a purpose: not allowed, and not by consent."""
US_PRIVACY = {"1YNN": True, "1---": True, "1YYN": False}
"""Of California's first string: whether it leaves profiles."""
TEXAS = {
    "000 00 00000000 0 0 200": True,
    "111 22 22222222 0 2 112": True,
    "111 22 22122222 0 2 112": True,  # health, which is no interest
    "111 12 00000000 0 0 200": False,  # sale
    "111 21 00000000 0 0 200": False,  # targeted advertising
    "112 00 00000000 0 0 200": False,  # nobody was told that they may opt out
}
"""Notices, opt-outs, sensitive data, child, the rest; and whether they leave profiles."""
MORE = ("AAAA", "B", "~", ".", "~A", ".A", " ", "\n", "=", "é")
"""What may not follow a whole string."""
FOREIGN = "!é=%* "
"""Characters of no consent string."""


DAMAGES = (
    *(("more", place, "") for place in range(len(MORE))),
    *(("cut", place, "") for place in (0, 1, 5)),
    *(("foreign", 17 * place, character) for place, character in enumerate(FOREIGN)),
)
"""What is done to strings that agree to everything, each of them."""


class Told(NamedTuple):
    """What somebody said of TCF, to a vendor and to the publisher."""

    consent: frozenset[int]
    own: frozenset[int]
    vendors: frozenset[int]
    disclosed: frozenset[int]
    restriction: tuple[int, int, int] | None
    policy: int
    service: bool
    by_range: bool

    def agrees(self, vendor: int | None) -> bool:
        """Whether profiles may be used, by the specification."""
        if not self.service or self.policy < OLDEST_POLICY:
            return False
        if vendor is None:
            return self.own >= PROFILING
        purpose, kind, whom = self.restriction or (0, 0, 0)
        is_barred = purpose in PROFILING and kind in BARS and whom == vendor
        return self.consent >= PROFILING and vendor in self.vendors & self.disclosed and not is_barred

    def written(self) -> str:
        """As a platform for consent writes it."""
        return tcf(
            consent=set(self.consent), interest={2, 7, *PROFILING}, vendors=set(self.vendors), by_range=self.by_range,
            disclosed=set(self.disclosed), policy_version=self.policy, service=self.service,
            restrictions={} if self.restriction is None else {self.restriction[:2]: {self.restriction[2]}},
            publisher=(set(self.own), {2}, 2, {1}, {2}),
        )  # fmt: skip


class Said(NamedTuple):
    """A string, and what is done to it on the way."""

    tcf: Told | None
    us_privacy: str | None
    texas: tuple[str, bool | None] | None
    as_gpp: bool
    damage: tuple[str, int, str] | None

    @property
    def is_gpp(self) -> bool:
        """Only what was said of TCF has a string of its own."""
        return self.as_gpp or self.tcf is None

    def agrees(self, vendor: int | None) -> bool:
        """Whether what is there leaves profiles; what is damaged does not."""
        left = [self.tcf.agrees(vendor)] if self.tcf is not None else []
        if self.is_gpp and self.us_privacy is not None:
            left.append(US_PRIVACY[self.us_privacy])
        if self.is_gpp and self.texas is not None:
            left.append(TEXAS[self.texas[0]] and self.texas[1] is not True)
        return self.damage is None and all(left)

    def sent(self) -> dict[str, str]:
        """The signals of law that a site sends."""
        if self.tcf is not None and not self.is_gpp:
            return {"tcf": _damaged(self.tcf.written(), ".", self.damage)}
        parts: dict[int, str] = {}
        if self.tcf is not None:
            parts[2] = self.tcf.written()
        if self.us_privacy is not None:
            parts[6] = self.us_privacy
        if self.texas is not None:
            parts[16] = us(self.texas[0], gpc=self.texas[1])
        return {"gpp": _damaged(gpp(parts), "~", self.damage)}


def _damaged(text: str, first_ends: str, damage: tuple[str, int, str] | None) -> str:
    """Cut within what comes first, with something behind it, or with a character that does not belong."""
    if damage is None:
        return text
    how, at, character = damage
    if how == "cut":
        return text[: at % text.index(first_ends)]
    if how == "more":
        return text + MORE[at % len(MORE)]
    at %= len(text)
    return text[:at] + character + text[at + 1 :]


def _said() -> st.SearchStrategy[Said]:
    some = st.frozensets(st.integers(1, 24), max_size=6)
    purposes = st.one_of(st.just(frozenset(PROFILING)), some.map(PROFILING.union), some).map(frozenset)
    vendors = st.sampled_from([frozenset({VENDOR}), frozenset({12, VENDOR}), frozenset({12})])
    told = st.builds(
        Told, consent=purposes, own=purposes, vendors=vendors, disclosed=vendors,
        restriction=st.one_of(
            st.none(), st.tuples(st.integers(2, 5), st.integers(0, 2), st.sampled_from([12, VENDOR]))
        ),
        policy=st.sampled_from([5, 5, 4, 3]), service=st.sampled_from([True, True, True, False]),
        by_range=st.booleans(),
    )  # fmt: skip
    gpc = st.sampled_from([None, False, False, True])
    damage = st.tuples(st.sampled_from(["cut", "more", "foreign"]), st.integers(0, 400), st.sampled_from(FOREIGN))
    return st.builds(
        Said,
        tcf=st.one_of(told, told, st.none()),
        us_privacy=st.one_of(st.none(), st.sampled_from(sorted(US_PRIVACY))),
        texas=st.one_of(st.none(), st.tuples(st.sampled_from(sorted(TEXAS)), gpc)),
        as_gpp=st.booleans(),
        damage=st.one_of(st.none(), damage),
    ).filter(lambda said: said.tcf is not None or said.us_privacy is not None or said.texas is not None)


def _noise() -> st.SearchStrategy[str]:
    base64s = st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode().rstrip("="))
    dotted = st.lists(base64s, min_size=1, max_size=4).map(".".join)
    tilded = st.lists(base64s, min_size=1, max_size=4).map("~".join)
    return st.one_of(
        st.text(max_size=40), base64s, dotted, tilded, st.sampled_from(["", "1", "BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA"])
    )


class Asked:
    """Somebody who agreed to interests, somebody who did not, and a stranger, on a page that says nothing."""

    def __init__(self, house: Installed) -> None:
        self.house = house
        self.fan, self.nobody = house.person(consents={"interests": True}), house.person()
        for person in (self.fan, self.nobody):
            house.wrote(person, writing.FOND[:2] * 2)
        self.plain, self.profiled = self.page(None), self.page(self.fan)
        expected(self.profiled != self.plain, "the profile changes no ad")

    def page(self, person: str | None, regs: Mapping[str, str] | None = None, **viewer: Any) -> Page:
        """What somebody is shown."""
        self.house.dice.again(9)
        who = {"age": "adult", **viewer, **({} if person is None else {"person_id": person})}
        return shown(self.house.decide(context=PLAIN_PAGE, viewer=who, regs=regs or {}))

    def judge(self, sent: Mapping[str, str], agrees: bool) -> bool:
        """Broken where a string gives what was not agreed to; whether it leaves what was."""
        ads = self.page(self.fan, sent)
        holds(agrees or ads == self.plain, lambda: f"{sent} was taken for a yes")
        holds(self.page(self.nobody, sent) == self.plain, lambda: f"{sent} is a consent for who gave none")
        narrowed = self.page(self.fan, sent, consents={"interests": False})
        holds(narrowed == self.plain, lambda: f"{sent} gives back what the site withdrew")
        return ads == self.profiled


def _strings_only_take_away(trial: Trial) -> None:
    for vendor in (None, VENDOR):
        settings = Settings(deciding=Deciding(exploration=0.0), consent=Consent(tcf_vendor=vendor))
        left: list[tuple[bool, bool]] = []
        with installed(seed=trial.seed, settings=settings) as house:
            asked = Asked(house)

            def heard(said: Said, asked: Asked = asked, vendor: int | None = vendor, left: Any = left) -> None:
                agrees = said.agrees(vendor)
                left.append((agrees, asked.judge(said.sent(), agrees)))

            def silent(case: tuple[str, str], asked: Asked = asked) -> None:
                asked.judge(dict([case]), False)

            trial.over(_said(), heard, cases=max(1, trial.cases // 3))
            trial.over(st.tuples(st.sampled_from(["tcf", "gpp"]), _noise()), silent, cases=max(1, trial.cases // 6))
            both, whom = frozenset(PROFILING), frozenset({VENDOR})
            whole = Told(both, both, whom, whom, None, 5, True, True)
            strings = (
                Said(whole, None, None, False, None),
                Said(whole, "1YNN", ("111 22 22222222 0 2 112", False), True, None),
            )
            trial.each([said._replace(damage=damage) for said in strings for damage in (None, *DAMAGES)], heard)
        unheard = [agrees for agrees, is_profiled in left if agrees and not is_profiled]
        expected(not unheard, "strings that agree are taken for a no, so that a no proves nothing")


PROOFS = (
    Proof(
        number=10,
        says="A TCF or GPP string that does not parse means no.",
        tries="strings of both formats as platforms write them, whole and damaged, and noise; for somebody who agreed "
        "to interests, for somebody who did not, and where the site withdrew it: as a publisher, and as a vendor",
        cases=120,
        full=6_000,
        try_it=_strings_only_take_away,
    ),
)
