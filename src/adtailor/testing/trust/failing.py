"""Promise 38: whatever is down, what is shown was checked."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from itertools import product
from typing import Any

from adtailor.domain.ids import PersonId
from adtailor.errors import StorageFailed
from adtailor.testing.trust import writing
from adtailor.testing.trust.forgotten import DATABASE, key_of
from adtailor.testing.trust.installed import EVERYTHING, PAGE, Installed, codes, expected, installed, shown
from adtailor.testing.trust.proof import Proof, Trial, holds

NO_AD = (
    ("_people", "known"),
    ("_posts", "post"),
    ("_posts", "reading"),
    ("_wellbeing", "care"),
    ("_wellbeing", "veto"),
    ("_wellbeing", "teaches"),
    ("_events", "append"),
    ("_tokens", "mint_each"),
    ("_text_reader", "read"),
)
"""What filling a page asks, by where it is kept; without it, something that is checked cannot be checked."""
DAMAGED = (bytes(1), bytes(64), b"\xff" * 200)
"""In place of a stored profile: without it an ad goes by the page alone."""
SERVED = (("_source", "version"), ("_source", "inventory"))
"""Without the catalogue the last good one serves."""


class Down:
    """Anything, of which one method fails as a database that is down does."""

    def __init__(self, thing: object, method: str, error: Exception) -> None:
        self._thing, self._method, self._error = thing, method, error

    def __getattr__(self, name: str) -> Any:
        if name != self._method:
            return getattr(self._thing, name)

        def fail(*_args: object, **_named: object) -> None:
            raise self._error

        return fail


@contextmanager
def down(holder: Any, port: str, method: str, error: Exception) -> Generator[None]:
    """One method of one port fails, for as long as this lasts."""
    thing = getattr(holder, port)
    setattr(holder, port, Down(thing, method, error))
    try:
        yield
    finally:
        setattr(holder, port, thing)


def _errors() -> list[Exception]:
    return [StorageFailed("gone", hint="wait"), OSError("disk"), RuntimeError("a shape"), MemoryError()]


def _ask(house: Installed, person: str, post: str, *, text: bool = False) -> dict[str, Any]:
    house.dice.again(1)
    context = {**PAGE, "text": "A long walk by the river"} if text else {**PAGE, "post_id": post}
    return house.decide(context=context, viewer={"person_id": person, "age": "adult"})


def _no_ad(house: Installed, person: str, post: str, case: tuple[tuple[str, str], Exception]) -> None:
    (port, method), error = case
    text = port == "_text_reader"
    expected(shown(_ask(house, person, post, text=text)), "no ad while everything works")
    with down(house.engine.fill_page, port, method, error):
        page = _ask(house, person, post, text=text)
    holds(not shown(page), f"without {port}.{method} an ad is shown: {shown(page)}")
    holds(set(codes(page)) == {"unavailable"}, f"without {port}.{method} it says {codes(page)}")
    holds(shown(_ask(house, person, post, text=text)), f"once {port}.{method} is back there is still no ad")


@contextmanager
def damaged(house: Installed, person: str, body: bytes) -> Generator[None]:
    """Something else lies in the file in place of somebody's profile, for as long as this lasts."""
    ref = key_of(house.engine.store, person).ref

    def put(stored: bytes) -> bytes:
        with closing(sqlite3.connect(house.folder / DATABASE)) as db:
            [before] = db.execute("SELECT body FROM profiles WHERE ref = ?", (ref,)).fetchone()
            db.execute("UPDATE profiles SET body = ? WHERE ref = ?", (stored, ref))
            db.commit()
        getattr(house.engine.store.people, "_cache")._drop_all()  # noqa: B009, SLF001  # as after a restart
        return bytes(before)

    whole = put(body)
    try:
        yield
    finally:
        put(whole)


def _by_the_page(house: Installed, person: str, post: str, body: bytes) -> None:
    with damaged(house, person, body):
        holds(house.engine.store.people.known(PersonId(person)).profile is None, "a damaged profile is read")
        page = _ask(house, person, post)
    policy = house.engine.policy
    inventory = house.engine.store.catalogue.inventory()
    creatives = {one.id: one for one in inventory.creatives}
    products = {ad.id: creatives[ad.creative_id] for ad in inventory.ads}
    for one in page["placements"]:
        if one["ad"] is None:
            continue
        used = set(one["why"]["signals"]) & {"interests", "look", "affect", "history"}
        holds(not used, f"without a profile an ad was chosen by {used}")
        creative = products[one["ad"]["ad_id"]]
        careful = policy.minor_products.keys() | policy.sensitive_products.keys()
        holds(careful.isdisjoint(creative.products), f"without a profile {one['ad']['ad_id']} stands there")


def _last_good(house: Installed, person: str, post: str, case: tuple[tuple[str, str], Exception]) -> None:
    (port, method), error = case
    before = shown(_ask(house, person, post))
    with down(house.engine.catalogue, port, method, error):
        after = shown(_ask(house, person, post))
    holds(after == before or not after, f"without {port}.{method} other ads are shown: {after}, and not {before}")


def _nothing_unchecked(trial: Trial) -> None:
    errors = _errors()
    with installed(seed=trial.seed) as house:
        author, person = house.person(), house.person(consents=EVERYTHING)
        post = f"{author}-page"
        body = {"id": post, "author_id": author, "created_at": house.clock.now().isoformat(), "text": writing.FOND[1]}
        house.call("POST", "/v1/posts", body)
        house.read()
        house.wrote(person, writing.FOND[:2])
        trial.each(product(NO_AD, errors), lambda case: _no_ad(house, person, post, case))
        trial.each(DAMAGED, lambda body: _by_the_page(house, person, post, body))
        trial.each(product(SERVED, errors[:2]), lambda case: _last_good(house, person, post, case))
        _a_model_that_fails(house, person, post)
        trial.count()


def _a_model_that_fails(house: Installed, person: str, post: str) -> None:
    """Posts that no model can read wait; nobody's page is the worse for it, and none has an unchecked ad."""
    with down(house.engine.read_posts, "_text_reader", "read", RuntimeError("a shape")):
        body = {"id": f"{post}-2", "author_id": person, "created_at": house.clock.now().isoformat(), "text": "words"}
        house.call("POST", "/v1/posts", body)
        with suppress(RuntimeError, StorageFailed):  # as the thread beside the server, which tries again
            house.read()
    context = {**PAGE, "post_id": f"{post}-2"}
    page = house.decide(context=context, viewer={"person_id": person, "age": "adult"})
    used = {signal for one in page["placements"] if one["why"] for signal in one["why"]["signals"]}
    holds("context topics" not in used, "a page that nobody has read chose an ad by what it is about")


PROOFS = (
    Proof(
        number=38,
        says="A model or a store that is down means an ad by the page, or none: never an unchecked one.",
        tries="each thing that filling a page asks fails in four ways, and comes back; a stored profile is damaged",
        cases=50,
        try_it=_nothing_unchecked,
    ),
)
