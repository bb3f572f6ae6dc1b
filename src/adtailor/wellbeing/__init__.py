"""When to show less and what to say: pure, driven by values and a clock."""

from adtailor.wellbeing.desk import CareDesk

__all__ = ["CareDesk"]
