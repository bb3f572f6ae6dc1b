"""Where posts come from at a prompt: what a path holds is found out by looking, not by its name."""

from adtailor.cli.inputs.detect import Format, open_source
from adtailor.cli.inputs.item import Broken, Item, Source

__all__ = ["Broken", "Format", "Item", "Source", "open_source"]
