"""The site's groups that someone was said to be in, kept so that it can be counted how many people they hold."""

from dataclasses import replace
from datetime import date, timedelta

from adtailor.domain.ids import SegmentId
from adtailor.domain.profile import Profile

KEPT = timedelta(days=30)
"""Who was not seen in a group for so long is in it no more."""
FRESH = timedelta(days=7)
"""A group is noted again only after this: most visits cost no write."""
MOST = 200


def groups_on(profile: Profile, day: date) -> frozenset[SegmentId]:
    """The groups that still count."""
    return frozenset(group for group, noted_on in profile.groups.items() if day - noted_on <= KEPT)


def with_groups(profile: Profile, ids: frozenset[SegmentId], day: date) -> Profile | None:
    """The profile with the groups that the site says someone is in; None where that is known already."""
    if all(group in profile.groups and day - profile.groups[group] <= FRESH for group in ids):
        return None
    kept = {group: noted_on for group, noted_on in profile.groups.items() if day - noted_on <= KEPT}
    newest = sorted({**kept, **dict.fromkeys(ids, day)}.items(), key=lambda one: (one[1], one[0]))
    return replace(profile, groups=dict(newest[-MOST:]))
