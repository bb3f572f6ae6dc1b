"""Consent strings are read strictly: the examples of the specifications, what an encoder of our own writes, and noise.

The encoder (`adtailor.testing.written_consents`) is written from the tables of the specifications and shares nothing
with the decoder.
"""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.domain.decision import Regulations
from adtailor.domain.person import Consents
from adtailor.profiles.consent_strings import heard, read_gpp, read_tcf
from adtailor.profiles.consent_strings.bits import LONGEST, Bits, Ids, Unreadable
from adtailor.profiles.consent_strings.gpp import Unread, UsPrivacy, read_header
from adtailor.profiles.consent_strings.tcf import TcfString
from adtailor.profiles.consent_strings.us_sections import read_us
from adtailor.testing.written_consents import (
    ALPHABET,
    TOLD,
    VENDOR,
    base64,
    fibonacci,
    gpp,
    header,
    tcf,
    us,
)

ALL = Consents(interests=True, look=True, affect=True, wellbeing=True)
NO = Consents(wellbeing=True)


def expand(ids: Ids | None) -> set[int] | None:
    return None if ids is None else {one for first, last in ids.ranges for one in range(first, last + 1)}


some_ids = st.sets(st.integers(1, 900), max_size=12)
purposes = st.sets(st.integers(1, 24))
publishers = st.integers(0, 63).flatmap(
    lambda n: st.tuples(
        purposes, purposes, st.just(n), st.sets(st.integers(1, n)) if n else st.just(set()),
        st.sets(st.integers(1, n)) if n else st.just(set()),
    )
)  # fmt: skip
told = st.fixed_dictionaries(
    {
        "created": st.integers(0, 2**36 - 1), "updated": st.integers(0, 2**36 - 1), "cmp_id": st.integers(0, 4095),
        "cmp_version": st.integers(0, 4095), "screen": st.integers(0, 63), "language": st.sampled_from(["EN", "ZZ"]),
        "list_version": st.integers(0, 4095), "policy_version": st.integers(0, 63), "service": st.booleans(),
        "own_texts": st.booleans(), "special": st.sets(st.integers(1, 12)), "consent": purposes, "interest": purposes,
        "untold": st.booleans(), "country": st.sampled_from(["AA", "FR"]), "vendors": some_ids,
        "interest_vendors": some_ids, "disclosed": some_ids, "allowed": st.none() | some_ids,
        "restrictions": st.dictionaries(st.tuples(st.integers(1, 24), st.integers(0, 2)), some_ids, max_size=4),
        "publisher": st.none() | publishers, "by_range": st.booleans(),
    }
)  # fmt: skip


@given(told)
def test_t10_what_is_written_is_what_is_read(t: dict[str, Any]) -> None:
    found = read_tcf(tcf(**t))
    assert isinstance(found, TcfString)
    for name in ("created", "updated", "cmp_id", "cmp_version", "screen", "language", "list_version", "policy_version",
                 "own_texts", "country"):  # fmt: skip
        assert getattr(found, name) == t[name], name
    assert (found.is_service_specific, found.first_purpose_untold) == (t["service"], t["untold"])
    for name, ids in (("special_features", "special"), ("consent", "consent"), ("interest", "interest"),
                      ("vendors", "vendors"), ("interest_vendors", "interest_vendors"), ("disclosed", "disclosed"),
                      ("allowed", "allowed")):  # fmt: skip
        assert expand(getattr(found, name)) == t[ids], name
    assert {key: expand(ids) for key, ids in found.restrictions.items()} == t["restrictions"]
    if t["publisher"] is None:
        assert found.publisher is None
    else:
        own = found.publisher
        assert own is not None
        read = (own.consent, own.interest, own.custom, own.custom_consent, own.custom_interest)
        assert tuple(expand(one) if isinstance(one, Ids) else one for one in read) == t["publisher"]


def test_t10_strings_that_others_published_are_read() -> None:
    """The example of the specification of TCF, a bidder's guide to 2.3, and what IAB's own library writes."""
    core = "CLcVDxRMWfGmWAVAHCENAXCkAKDAADnAABRgA5mdfCKZuYJez-NQm0TBMYA4oCAAGQYIAAAAAAEAIAEgAA"
    assert read_tcf(f"{core}.argAC0gAAAAAAAAAAAA") is None, "of before 2.3"
    assert read_tcf(f"{core}.IAAA.argAC0gAAAAAAAAAAAA") is None, "its publisher's part goes on for 57 zeros"
    spec = read_tcf(f"{core}.IAAA")
    assert spec is not None
    assert (spec.cmp_id, spec.language, spec.list_version, spec.country) == (21, "EN", 23, "KM")
    assert (expand(spec.consent), 2 in spec.vendors, spec.vendors.ranges[-1][1]) == ({1, 3, 9, 10}, True, 115)

    guide = read_tcf("COsbk4AOSbk4AnWAAAENAwCgAAAAAAAAAAYgACPAAAAA.TDKO4AAqAKAGQAyqAAA.YAAAAAAAAAA")
    assert guide is None, "its second segment calls itself of the kind 2"

    empty = read_tcf("CPSG_8APSG_8AAAAAAENAACAAAAAAAAAAAAAAAAAAAAA.QAAA.IAAA")
    assert empty is not None
    assert (empty.created, empty.policy_version, empty.is_service_specific) == (16_409_952_000, 2, False)
    assert expand(empty.disclosed) == expand(empty.allowed) == set()
    own_use = read_tcf("CPSG_8APSG_8AAAAAAENAACgAAAAAAAAAAAAAAAAAAAA.YAAAAAAAAAAA")
    assert own_use is None, "without the vendors disclosed it is of before 2.3"
    disclosed = read_tcf(
        "CPcqBNJPcqBNJNwAAAENAwCAAAAAAAAAAAAAAAAAAAAA.YAAAAAAAAAA.QGLtV_T9fb2vj-_Z99_tkeYwf95y3p-wzhheMs-8NyZeH_B4Wv2M"
        "yvBX4JiQKGRgksjLBAQdtHGlcTQgBwIlViTLMYk2MjzNKJrJEilsbO2dYGD9Pn8HT3ZCY70-vv__7v3ff_3g.IGLtV_T9fb2vj-_Z99_tkeYwf"
        "95y3p-wzhheMs-8NyZeH_B4Wv2MyvBX4JiQKGRgksjLBAQdtHGlcTQgBwIlViTLMYk2MjzNKJrJEilsbO2dYGD9Pn8HT3ZCY70-vv__7v3ff_3g"
    )
    assert disclosed is not None
    ids = sorted(expand(disclosed.disclosed) or ())
    assert (disclosed.cmp_id, disclosed.list_version, len(ids)) == (880, 48, 434)
    assert (ids[:6], ids[-4:]) == ([1, 2, 4, 6, 8, 10], [788, 789, 790, 791])


@given(st.integers(1, 40_000))
def test_t10_fibonacci_numbers_are_read_as_they_are_written(value: int) -> None:
    assert Bits(base64(fibonacci(value))).fibonacci() == value


def test_t10_the_header_of_gpp_is_read_as_the_specification_shows_it() -> None:
    assert [fibonacci(n) for n in range(1, 8)] == ["11", "011", "0011", "1011", "00011", "10011", "01011"]
    assert (read_header("DBABM"), read_header("DBACNY"), read_header("DBABjw")) == ((2,), (2, 6), (5, 6))
    assert Bits(base64("0000000000100001110110011")).fibonacci_ids().ranges == ((3, 3), (5, 8))


@given(st.sets(st.integers(1, 900), min_size=1, max_size=20))
def test_t10_a_header_lists_what_was_put_into_it(ids: set[int]) -> None:
    assert set(read_header(header(ids))) == ids


def test_t10_sections_of_the_states_are_read_as_the_reference_writes_them() -> None:
    nation = read_us(7, "BVVVkkkklWA.YA")
    assert (nation.notices, nation.opt_outs, nation.children) == ((1,) * 6, (1,) * 3, (2, 1))
    assert (nation.sensitive, nation.others, nation.gpc) == ((2, 1, 0) * 4, (1, 1, 1, 2), True)
    california = read_us(8, "BVWSSSVY.YA")
    assert (california.sensitive, california.children, california.health) == ((2, 1, 0) * 3, (2, 1), (1,))
    minnesota = read_us(23, "BVWSSVWA.YA")
    assert (minnesota.sensitive, minnesota.children, minnesota.others) == ((2, 1, 0, 2, 1, 0, 2, 1), (1,), (1, 1, 1, 2))
    assert read_us(23, "BAAAAAQA").gpc is None
    assert read_us(23, "BAAAAAQA.QA").gpc is False
    for section, text in ((24, "BVVU.YA"), (8, "BVWSSSVY.YA.YA"), (9, "BVWSSVA.YA"), (23, "CVWSSVWA"),
                          (23, "BVWSSVWA.AA"),
                          (23, "D" * 8), (23, "BAAAAAAA"), (23, "BVWSSVWAB")):  # fmt: skip
        with pytest.raises(Unreadable):
            read_us(section, text)


SIZES = {  # values of two bits: notices, opt-outs, sensitive, children, the rest, from the tables of each state
    7: (6, 3, 12, 2, 4), 8: (3, 2, 9, 2, 4), 9: (3, 2, 8, 1, 3), 10: (3, 2, 7, 1, 3), 11: (4, 2, 8, 1, 3),
    12: (3, 2, 8, 3, 3), 13: (3, 2, 8, 3, 4), 14: (3, 2, 8, 3, 4), 15: (3, 2, 11, 3, 4), 16: (3, 2, 8, 1, 4),
    17: (3, 2, 9, 5, 4), 18: (4, 2, 8, 1, 3), 19: (3, 2, 8, 1, 4), 20: (3, 2, 8, 3, 4), 21: (3, 2, 10, 5, 4),
    22: (3, 2, 8, 1, 4), 23: (3, 2, 8, 1, 4),
}  # fmt: skip


@given(st.data(), st.sampled_from(sorted(SIZES)))
def test_t10_every_state_is_read_as_it_is_written(data: st.DataObject, section: int) -> None:
    notices, opt_outs, sensitive, children, rest = (
        "".join(data.draw(st.lists(st.sampled_from("012"), min_size=size, max_size=size))) for size in SIZES[section]
    )
    rest = rest[:-3] + data.draw(st.sampled_from("12")) + rest[-2:]
    gpc = None if section in {9, 11, 13} else data.draw(st.none() | st.booleans())
    found = read_us(section, us(notices + opt_outs + sensitive + children + rest, gpc=gpc))
    digits = ["".join(map(str, part)) for part in (found.notices, found.opt_outs, found.sensitive, found.children)]
    assert (digits, found.gpc) == ([notices, opt_outs, sensitive, children], gpc)


def leaves(text: str, kind: str = "tcf", vendor: int | None = VENDOR, **more: Any) -> Consents:
    return heard(Regulations(**{kind: text}, **more), vendor=vendor).most


def test_t10_a_vendor_may_tailor_where_both_purposes_and_the_vendor_were_agreed_to() -> None:
    assert leaves(tcf()) == leaves(tcf(by_range=False)) == ALL
    for purpose, agreed in product((3, 4), (False, True)):
        left = leaves(tcf(consent=TOLD["consent"] if agreed else TOLD["consent"] - {purpose}))
        assert left == (ALL if agreed else NO)
    for no in (
        {"vendors": {12}},
        {"disclosed": {12, 13}},  # told of nobody
        {"consent": set(), "interest": {3, 4}},  # legitimate interest is no consent
        {"policy_version": 3},
        {"service": False},
        {"restrictions": {(4, 0): {VENDOR}}},
        {"restrictions": {(3, 2): {700, VENDOR}}},
    ):
        assert leaves(tcf(**no)) == NO, no
    for fine in ({"restrictions": {(4, 0): {12}, (7, 0): {VENDOR}}}, {"restrictions": {(3, 1): {VENDOR}}}):
        assert leaves(tcf(**fine)) == ALL, fine


def test_t10_the_publisher_itself_is_asked_in_its_own_segment() -> None:
    assert leaves(tcf(), vendor=None) == NO
    assert leaves(tcf(publisher=({3, 4}, set(), 0, set(), set()), consent=set(), vendors=set()), vendor=None) == ALL
    assert leaves(tcf(publisher=({3}, {4}, 2, {1, 2}, {2})), vendor=None) == NO


UNSAID = "000 00 00000000 0 0 200"  # Texas: notices, opt-outs, sensitive, child, additional, agreement


def test_t10_a_state_narrows_by_opt_outs_notices_health_and_children() -> None:
    for values, gpc, left in (
        (UNSAID, None, ALL),
        ("111 22 22222222 0 2 112", False, ALL),
        ("111 12 00000000 0 0 200", None, NO),  # of sale
        ("111 21 00000000 0 0 200", None, NO),  # of targeted advertising
        ("112 00 00000000 0 0 200", None, NO),  # nobody said that one may
        (UNSAID, True, NO),
        ("111 22 22122222 0 2 112", None, Consents(interests=True, look=True)),  # health
        ("111 22 12211222 0 2 112", None, ALL),
        ("111 22 22222222 2 2 112", None, Consents()),  # a known child, whatever was agreed to
    ):
        text = gpp({16: us(values, gpc=gpc)})
        assert leaves(text, "gpp") == left, (values, gpc)
    child = gpp({16: us("111 22 22222222 1 2 112")})
    assert heard(Regulations(gpp=child)).is_child
    assert not heard(Regulations(gpp=gpp({16: us(UNSAID)}))).is_child


def test_t10_the_second_edition_of_the_national_section_is_read_too() -> None:
    core = "111111 222 " + "2" * 16 + " 000 2 112"
    assert leaves(gpp({7: us(core, version=2)}), "gpp") == ALL
    crime, health = core[:11] + "2" * 13 + "122 000 2 112", core[:11] + "2" * 12 + "1222 000 2 112"
    assert leaves(gpp({7: us(crime, version=2)}), "gpp") == ALL
    assert leaves(gpp({7: us(health, version=2)}), "gpp") == Consents(interests=True, look=True)
    assert leaves(gpp({7: us(core[:-9] + "001" + core[-6:], version=2)}), "gpp") == Consents()
    assert leaves(gpp({7: us(core, version=3)}), "gpp") == NO


def test_t10_of_gpp_those_sections_count_that_apply() -> None:
    both = gpp({2: tcf(consent=set()), 16: us(UNSAID)})
    assert leaves(both, "gpp") == NO
    assert leaves(both, "gpp", gpp_sections=(16,)) == ALL
    assert leaves(both, "gpp", gpp_sections=(2,)) == leaves(both, "gpp", gpp_sections=(2, 16)) == NO
    assert leaves(both, "gpp", gpp_sections=(9,)) == NO, "applies, and is not there"
    assert leaves(both, "gpp", gpp_sections=(-1,)) == ALL, "none applies"
    draft = gpp({16: us(UNSAID), 24: "BVVU.YA"})
    assert read_gpp(draft).sections[24] == Unread()
    assert (leaves(draft, "gpp"), leaves(draft, "gpp", gpp_sections=(16,))) == (NO, ALL)
    assert read_gpp("DBABTA~1YNN").sections == {6: UsPrivacy(opts_out=False)}
    assert (leaves("DBABTA~1YNN", "gpp"), leaves("DBABTA~1YYN", "gpp")) == (ALL, NO)
    assert leaves(gpp({2: tcf(), 16: us(UNSAID, gpc=True)}), "gpp") == NO
    assert leaves("DBABMA~CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA", "gpp", gpp_sections=(-1,)) == NO, "damaged"


def one_of_each() -> list[tuple[str, str]]:
    own = ({3, 4}, {2}, 2, {1}, {2})
    whole = tcf(restrictions={(4, 1): {3, 4, 9}}, allowed={5}, publisher=own)
    return [
        ("tcf", whole),
        ("tcf", tcf(by_range=False, publisher=own)),
        ("gpp", gpp({2: tcf(), 6: "1YNN", 7: us("111111 222 222222222222 00 2 112", gpc=False)})),
        ("gpp", gpp({8: us("111 22 222222222 00 2 112"), 23: us("111 22 22222222 0 2 112", gpc=False)})),
    ]


@pytest.mark.parametrize(("kind", "text"), one_of_each())
def test_t10_what_is_cut_short_or_goes_on_means_no(kind: str, text: str) -> None:
    read = read_tcf if kind == "tcf" else read_gpp
    assert read(text) is not None
    for cut in range(len(text)):
        found = read(text[:cut])
        # What is left may be whole where an optional segment, or nothing but padding, was cut away.
        assert found is None or text[:cut].count(".") < text.count(".") or set(text[cut:]) == {"A"}, cut
    for more in ("AAAA", "B", "~", ".", "~A", ".A", " ", "\n", "=", "é", "\x00"):
        assert read(text + more) is None, more
    assert read(text + "A" * LONGEST) is None
    assert read(" " + text) is None


@pytest.mark.parametrize(("kind", "text"), one_of_each())
def test_t10_no_flipped_bit_is_an_error_and_none_gives_what_was_not_agreed_to(kind: str, text: str) -> None:
    for at, character in enumerate(text):
        for flipped in {ALPHABET[(ALPHABET.find(character) ^ 1 << bit) % 64] for bit in range(6)} | {"!", ".", "~"}:
            left = leaves(text[:at] + flipped + text[at + 1 :], kind)
            assert left in (ALL, NO, Consents(), Consents(interests=True, look=True))


@given(st.text() | st.text(alphabet=ALPHABET + ".~", max_size=200) | st.text(alphabet="ABC.~", max_size=60))
@settings(max_examples=300)
def test_t10_noise_means_no_and_is_never_an_error(text: str) -> None:
    for kind in ("tcf", "gpp"):
        found = read_tcf(text) if kind == "tcf" else read_gpp(text)
        assert found is not None or leaves(text, kind) == leaves(text, kind, vendor=None) == NO


@given(st.sampled_from(one_of_each()), st.lists(st.tuples(st.integers(0, 400), st.characters()), max_size=6))
@settings(max_examples=300)
def test_t10_a_damaged_string_is_read_or_refused(one: tuple[str, str], damage: list[tuple[int, str]]) -> None:
    kind, text = one
    for at, character in damage:
        text = text[: at % len(text)] + character + text[at % len(text) + 1 :]
    leaves(text, kind)


def test_t10_the_widest_string_costs_little() -> None:
    """65535 vendors, 4095 restrictions for all of them: as many as 10,000 characters can claim."""
    every = set(range(1, 65536))
    text = tcf(vendors=every, disclosed=every, restrictions={(3, 1): every})
    assert len(text) < 200
    assert leaves(text) == ALL
    claimed = read_tcf(tcf(vendors={1}, disclosed={1})[:-4] + "____")
    assert claimed is None
