"""What a language model is shown of people and of ads, by the proofs that `adtailor trust` runs."""

from adtailor.testing.trust import proofs


def test_t30_advertisers_words_and_posts_never_share_a_prompt() -> None:
    [proof] = [proof for proof in proofs() if proof.number == 30]
    assert proof.run(6, 1).broken is None
