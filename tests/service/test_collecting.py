"""What a long search for garbage found alive is not searched again, and is freed all the same."""

import subprocess
import sys

from adtailor.service.collecting import LONG, Spared


def test_only_a_full_search_that_took_long_sets_anything_aside() -> None:
    now, frozen = [0.0], []
    spared = Spared(elapsed=lambda: now[0], freeze=lambda: frozen.append(now[0]))
    for generation, took, expected in ((2, LONG / 2, 0), (1, 9.0, 0), (0, 9.0, 0), (2, LONG * 2, 1), (2, 0.0, 1)):
        spared("start", {"generation": generation})
        now[0] += took
        spared("stop", {"generation": generation})
        assert len(frozen) == expected, (generation, took)


IN_A_PROCESS = """
import gc, weakref
from adtailor.service import collecting
from adtailor.service.collecting import spare_long_searches

collecting.LONG = 0.001  # a quick machine looks at 400,000 lists in less than a hundredth

class Held:
    pass

held = Held()
gone = weakref.ref(held)
spare_long_searches()
before = gc.get_freeze_count()
assert before > 1_000
large = [[n] for n in range(400_000)]
gc.collect()
assert gc.get_freeze_count() > before + 200_000, "found alive at length, and set aside"
del large, held
assert gc.get_freeze_count() < before + 10_000, "freed as ever"
assert gone() is None
circle = []
circle.append(circle)
del circle
assert gc.collect() >= 1, "a circle of later is found"
print("as it should be")
"""


def test_what_was_set_aside_is_freed_and_circles_are_still_found() -> None:
    done = subprocess.run([sys.executable, "-c", IN_A_PROCESS], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "as it should be"
