"""The suites live in the package; pytest explains their failures as it does those of tests."""

import pytest

pytest.register_assert_rewrite(
    "adtailor.testing.catalogue_suite",
    "adtailor.testing.events_suite",
    "adtailor.testing.people_suite",
    "adtailor.testing.posts_suite",
    "adtailor.testing.spent_suite",
)
