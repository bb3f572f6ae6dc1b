"""Which words of an ad that already won are shown: those whose tone fits the page, at the same price."""

from collections.abc import Mapping
from dataclasses import replace

from adtailor.decide.quality import AD_TONES, tone_weights
from adtailor.domain.creative import Creative

LOUD = frozenset({"energetic", "bold"})
"""Never louder than the creative that a veto judged."""
LOUD_FROM = 0.5


def matched(creative: Creative, page_tone: Mapping[str, float] | None) -> Creative:
    """The creative with the approved variant that fits the tone of the page best, if one fits better than its own.

    Only the page speaks here, never a person. Drafts and rejected variants are not even looked at.
    """
    approved = [
        variant for variant in creative.variants if variant.state == "approved" and _may(creative, variant.tone)
    ]
    if not approved or not page_tone:
        return creative
    weights = dict(zip(AD_TONES, tone_weights(page_tone).tolist(), strict=True))
    best = max(approved, key=lambda variant: weights.get(variant.tone, 0.0))
    own = sum(weights[tone] * creative.tone.get(tone, 0.0) for tone in AD_TONES)
    if weights.get(best.tone, 0.0) <= max(own, 0.0):
        return creative
    return replace(creative, headline=best.headline, body=best.body)


def _may(creative: Creative, tone: str) -> bool:
    return tone in AD_TONES and (tone not in LOUD or creative.tone.get(tone, 0.0) >= LOUD_FROM)
