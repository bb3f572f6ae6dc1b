"""`adtailor demo --learn`: members visit and click in a simulation, a click model learns from the log, then decides."""

import os
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from adtailor import assemble
from adtailor.cli.train_clicks import verdict
from adtailor.domain.training import TrainingRow
from adtailor.errors import InvalidInput
from adtailor.journeys.learn_clicks import Learned, learn_clicks
from adtailor.journeys.site import Site
from adtailor.simulate.clicking import ClickingWorld, Temper
from adtailor.simulate.community import Community
from adtailor.simulate.visiting import Page, Visitor, Visits, visit

LASTS = timedelta(days=14)
LIVELY = Temper(base=-2.8)
"""Clicked more than a real feed: some thousand visits are to be enough to learn from."""
JUDGED = 3
"""One in so many visits, of days of their own, shows what was won by learning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedHere:
    """What the demo learned, and what the same simulated people made of either model's ads afterwards."""

    learned: Learned
    lived: Visits
    before: Visits
    after: Visits


def live_and_learn(
    engine: assemble.Engine, community: Community, *, visits: int, seed: int, talk: Console
) -> LearnedHere:
    """Fills the engine's log with simulated visits, learns from it, and promotes what earned it in its data folder."""
    people = (member.person.person_id for member in community.people)
    world = ClickingWorld(community.inventory, people, seed=seed, temper=LIVELY)
    end = engine.clock.now()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=talk, transient=True) as bar:

        def stay(house: assemble.Engine, what: str, count: int, *, luck: int) -> Visits:
            task = bar.add_task(what, total=count)
            return visit(
                Site(fill_page=house.fill_page, take_event=house.take_event),
                world,
                visitors=_visitors(community),
                pages=_pages(house),
                count=count,
                start=end - LASTS,
                end=end,
                seed=luck,
                done=lambda done: bar.update(task, completed=done),
            )

        lived = stay(engine, "Simulated visits", visits, luck=seed)
        rows = list(engine.training_rows.since(None, salt=os.urandom(32)))
        with tempfile.TemporaryDirectory(prefix="adtailor-demo-") as temporary:
            untouched = engine.store.copy(Path(temporary) / "before")
            learned = _learned(rows, engine.data, seed=seed)
            engine.ranker.look_again()
            again = max(visits // JUDGED, 1)
            readers = (engine.text_reader, engine.look_reader)
            judged: list[Visits] = []
            for folder in (untouched, engine.store.copy(Path(temporary) / "after")):
                house = assemble.open_engine(folder, engine.settings, clock=engine.clock, readers=readers)
                try:
                    judged.append(stay(house, f"The same visits, {folder.name}", again, luck=seed + 1))
                finally:
                    house.close()
    return LearnedHere(learned=learned, lived=lived, before=judged[0], after=judged[1])


def told(here: LearnedHere, currency: str) -> str:
    """What came of it; every number in it is simulated, and says so."""
    clicks = [1000 * some.true_click_rate for some in (here.before, here.after)]
    worth = [1000 * some.expected_value / max(some.impressions, 1) / 1e6 for some in (here.before, here.after)]
    return (
        f"Simulated: {here.lived.pages:,} visits by invented members in a world whose truth no model sees, "
        f"{here.lived.impressions:,} impressions, {here.lived.clicks:,} clicks.\n{verdict(here.learned)}\n"
        f"Simulated: in {here.after.pages:,} other visits of the same people to the same pages, 1,000 impressions that "
        f"the priors chose are worth {currency} {worth[0]:.2f} to those who bid for them, and clicked "
        f"{clicks[0]:.0f} times; those that what serves now chose, {currency} {worth[1]:.2f} and {clicks[1]:.0f} times."
    )


def _learned(rows: list[TrainingRow], data: Path, *, seed: int) -> Learned:
    try:
        return learn_clicks(rows, data, baseline=False, seed=seed)
    except InvalidInput as error:
        raise InvalidInput(error.message, hint="let them visit more often, as --learn 15000", field="--learn") from None


def _visitors(community: Community) -> list[Visitor]:
    members = [Visitor(person=m.person, zone=m.zone, language=m.language) for m in community.people]
    return [*members, Visitor(person=None, zone="Europe/London", language="en")]


def _pages(engine: assemble.Engine) -> list[Page]:
    now = engine.clock.now()
    found: list[Page] = []
    for post in engine.store.posts.recent(1000):
        reading = engine.store.posts.reading(post.id, now)
        topics = {topic.id: topic.confidence for topic in reading.topics} if reading is not None else {}
        found.append(Page(post_id=post.id, author_id=post.author_id, topics=topics))
    return found
