"""An ad is frozen with what stood on it, and nothing that a model guessed."""

from dataclasses import replace
from datetime import UTC, datetime

from adtailor.domain.creative import Card, Variant
from adtailor.domain.exhibit import ShownPicture, ShownWords, exhibit_of
from adtailor.testing import samples

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def picture(name: str) -> ShownPicture:
    return ShownPicture(hash=f"of {name}", name=name)


def test_t39_words_that_were_approved_are_frozen_and_those_that_were_not_are_left_out() -> None:
    inventory = samples.inventory()
    plain = inventory.creatives[0]
    decided = {"decided_at": NOW, "decided_by": "mila"}
    creative = replace(
        plain,
        format="carousel",
        image="boots.png",
        cards=(Card(headline="Left", image="left.png", landing_url="https://boots.example/"),),
        tone={"playful": 1.0},
        variants=(
            Variant(tone="playful", headline="Muddy feet", body="Boots.", state="approved", **decided),
            Variant(tone="calm", headline="Quiet feet", body="Boots.", state="rejected", **decided),
            Variant(tone="warm", headline="Warm feet", body="Boots."),
        ),
    )
    made = exhibit_of(inventory.ads[0].id, inventory.advertisers[0], inventory.adsets[0], creative, picture_of=picture)
    assert made.words == (
        ShownWords(headline="Dry feet", body="Boots for every path."),
        ShownWords(headline="Muddy feet", body="Boots."),
    )
    assert made.picture == picture("boots.png")
    assert [card.picture for card in made.cards] == [picture("left.png")]
    for word in ("dry feet", "muddy feet", "left", "boots & co", "acme", "https://boots.example/walk"):
        assert word in made.text
    assert "playful" not in repr(made)
    assert "quiet" not in made.text
    without = exhibit_of(inventory.ads[0].id, inventory.advertisers[0], inventory.adsets[0], plain, picture_of=picture)
    assert without.picture is None
