"""Consent strings that come with a request: TCF and GPP are decoded strictly, and may only take away.

No package did: the one on the registry that reads TCF (iab-tcf 0.2.2) knows neither 2.3 nor a limit, ignores what
follows the last field, and none reads GPP. So a few pages of our own, from the published formats.
"""

from adtailor.profiles.consent_strings.gpp import GppString, read_gpp
from adtailor.profiles.consent_strings.heard import EVERYTHING, Heard, heard
from adtailor.profiles.consent_strings.tcf import TcfString, read_tcf

__all__ = ["EVERYTHING", "GppString", "Heard", "TcfString", "heard", "read_gpp", "read_tcf"]
