"""The demo community: Larkwater, a small river town, its feed and those who advertise there; all of it invented."""

from adtailor.simulate.community.load import Community, Member, load_community

__all__ = ["Community", "Member", "load_community"]
