"""What an operator sets: settings, the policy file, the helplines; every file is checked, unknown keys are refused."""

from adtailor.config.helplines import load_helplines
from adtailor.config.policy import PRESETS, load_policy
from adtailor.config.taxonomy import Taxonomy, ad_products, content_topics

__all__ = ["PRESETS", "Taxonomy", "ad_products", "content_topics", "load_helplines", "load_policy"]
