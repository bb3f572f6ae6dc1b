"""How many people a targeting reaches, in steps."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from adtailor.domain.buying import AdSet, Bid
from adtailor.domain.money import Micros
from adtailor.domain.reach import ProfileTargeting, profile_targeting, reached
from adtailor.domain.targeting import Targeting

DAY = date(2026, 11, 20)


@given(people=st.integers(0, 3000), least=st.integers(1, 1000), was_on=st.booleans())
def test_t22_what_is_known_of_a_count_is_its_step_alone(people: int, least: int, was_on: bool) -> None:
    before = reached("k", 5000 if was_on else 0, before=None, day=DAY, least=least)
    told = reached("k", people, before=before, day=DAY, least=least)
    assert told.people <= people < told.people + max(1, least // 5) or people < least // 5
    assert told == reached("k", told.people, before=before, day=DAY, least=least)
    assert not (told.serves and people < least)
    assert told.serves or people < least + max(1, least // 5)


def test_of_what_an_ad_set_says_only_what_asks_of_profiles_is_a_profile_targeting() -> None:
    def adset(asks: Targeting, excludes: Targeting = Targeting()) -> AdSet:  # noqa: B008
        bid = Bid(kind="cpc", amount=Micros(1))
        return AdSet(id="s", campaign_id="c", name="s", bid=bid, targeting=asks, exclusions=excludes)

    page = Targeting(countries=frozenset({"DE"}), topics=frozenset({"653"}))
    assert profile_targeting(adset(page, Targeting(interests=frozenset({"1"})))) is None
    asks = Targeting(countries=frozenset({"DE"}), segments=frozenset({"members"}))
    excludes = Targeting(look=frozenset({"colour:navy"}), topics=frozenset({"653"}))
    found = profile_targeting(adset(asks, excludes))
    assert found == ProfileTargeting(segments=frozenset({"members"}), no_look=frozenset({"colour:navy"}))
    # Neither the kinds nor what is asked and excluded may be mistaken for each other.
    keys = {ProfileTargeting(**{name: frozenset({"a"})}).key for name in ProfileTargeting.__dataclass_fields__}
    assert len(keys) == 6
