"""People log in with a password: a session of their own, forms that only our pages can send, and no way to guess."""

import re
import time
from collections.abc import Iterator
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from adtailor.console.account import within
from adtailor.console.forms import SEED_COOKIE, begin, token_of, with_tokens
from adtailor.console.pages import build_pages
from adtailor.domain.access import SESSION_COOKIE, AccessToken, Caller
from adtailor.domain.audit import Author
from adtailor.domain.login import User, checked_password
from adtailor.errors import InvalidInput, NotAllowed, TooManyRequests
from adtailor.journeys.logins import Logins, Stay
from adtailor.service.access import Doorkeeper
from adtailor.service.answers import REFUSALS
from adtailor.service.app import OPERATIONS
from adtailor.service.guard import Guard, Rules
from adtailor.storage import SqliteStore
from adtailor.storage.passwords import Argon2Passwords

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PASSWORD = "nine lives of a grey cat"
OTHER = "four seasons in one day"
SECRET = b"f" * 32
QUICK = Argon2Passwords(passes=1, kibibytes=64)
"""The same hash, made cheap: what is tested is not how slow it is."""


@dataclass
class Clock:
    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


class Console:
    """The pages behind the real gate, with three people and a store on disk."""

    def __init__(self, folder: Path, house: Any, *, token: str | None = "the-owner") -> None:
        self.store, self.clock = SqliteStore(folder), Clock()
        self.logins = Logins(self.store.logins, QUICK)
        author = Author(by="ana", at=NOW)
        for name, role, of in (("ana", "owner", None), ("ben", "advertiser", "acme"), ("cleo", "analyst", None)):
            user = User(name=name, role=role, organization_id=of, created_at=NOW, password_at=NOW)  # type: ignore[arg-type]
            self.store.logins.add(user, QUICK.hashed(PASSWORD), author)
        rooms = replace(
            house.rooms,
            logins=self.logins,
            access_tokens=self.store.tokens,
            clock=self.clock,
            form_secret=SECRET,
        )

        def find_session(secret: str) -> Caller | None:
            found = self.logins.find(secret, self.clock.now())
            return None if found is None else replace(found[1].caller, session_id=found[0].id)

        rules = Rules(token=token, hosts=None, find_session=find_session, people_log_in=self.logins.anybody)
        app = Litestar(
            build_pages(rooms), guards=[Doorkeeper(OPERATIONS)], exception_handlers=REFUSALS, openapi_config=None,
            logging_config=None,
        )  # fmt: skip
        self.app = Guard(app, rules)

    def browser(self) -> "Browser":
        return Browser(TestClient(self.app, base_url="https://ads.example", raise_server_exceptions=True))


class Browser:
    """Keeps cookies, reads forms, and says what it wants as browsers do."""

    def __init__(self, client: TestClient[Any]) -> None:
        self.client = client

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers={"accept": "text/html,*/*", **headers}, follow_redirects=False)

    def send(self, path: str, form: dict[str, str], *, page: str, **headers: str) -> Any:
        """A form of a page, with what the page put into it."""
        return self.client.post(path, data={"csrf": self.token(page), **form}, headers=headers, follow_redirects=False)

    def token(self, page: str) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', self.get(page).text)
        assert found is not None, page
        return found.group(1)

    def log_in(self, name: str = "ana", password: str = PASSWORD, **more: str) -> Any:
        return self.send("/login", {"name": name, "password": password, **more}, page="/login")

    @property
    def secret(self) -> str | None:
        return self.client.cookies.get(SESSION_COOKIE)


@pytest.fixture
def console(tmp_path: Path, make_house) -> Iterator[Console]:
    made = Console(tmp_path / "store", make_house())
    yield made
    made.store.close()


def test_somebody_without_a_credential_is_sent_to_the_login_and_back(console: Console) -> None:
    browser = console.browser()
    sent = browser.get("/operator/review")
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=%2Foperator%2Freview")
    assert browser.client.get("/operator/review", headers={"accept": "*/*"}).status_code == 401, "programs are told"
    assert browser.client.get("/v1/ads", headers={"accept": "text/html"}).status_code == 401
    page = browser.get("/login?next=/operator/review").text
    assert 'value="/operator/review"' in page
    opened = browser.log_in(next="/operator/review")
    assert (opened.status_code, opened.headers["location"]) == (303, "/operator/review")
    assert browser.get("/operator/review").status_code == 200


def test_the_cookie_is_unread_by_scripts_bound_to_this_site_and_only_over_tls(console: Console) -> None:
    cookie = console.browser().log_in().headers["set-cookie"].lower()
    for part in ("httponly", "samesite=lax", "secure", "path=/", "max-age=43200"):
        assert part in cookie, part
    assert "domain" not in cookie


def test_a_wrong_name_and_a_wrong_password_are_told_the_same(console: Console) -> None:
    told: list[Any] = []
    for name, password in (
        ("ana", "wrong"),
        ("nobody", PASSWORD),
        ("ana", ""),
        ("", ""),
        ("ANA'--", PASSWORD),
        ("ana", PASSWORD * 1000),
    ):
        browser = console.browser()
        told.append(browser.log_in(name, password))
        assert told[-1].status_code == 401
        assert browser.secret is None
        assert "That is no name and password we know" in told[-1].text
    assert len({re.sub(r'value="[0-9a-f]{64}"', "", answer.text) for answer in told}) == 1
    assert len({tuple(sorted(answer.headers)) for answer in told}) == 1


def test_it_takes_as_long_to_refuse_nobody_as_to_refuse_somebody(tmp_path: Path) -> None:
    """The hash is most of it, and nobody's is hashed too. Medians of interleaved tries, in seconds of this process."""
    passwords = Argon2Passwords(passes=1, kibibytes=8192)
    kept = passwords.hashed(PASSWORD)
    passwords.matches(None, "first, which makes the hash of nobody")
    times: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(7):
        for known in (True, False):
            began = time.process_time()
            assert not passwords.matches(kept if known else None, "wrong")
            times[known].append(time.process_time() - began)
    somebody, nobody = (sorted(times[known])[3] for known in (True, False))
    assert 0.4 < nobody / somebody < 2.5


def test_a_new_session_begins_at_each_login_and_the_one_before_ends(console: Console) -> None:
    browser = console.browser()
    browser.client.cookies.set(SESSION_COOKIE, "planted-by-somebody-else", domain="ads.example")
    browser.log_in()
    first = browser.secret
    assert first not in {None, "planted-by-somebody-else"}
    browser.log_in()
    second = browser.secret
    assert second != first
    assert console.logins.find(first or "", NOW) is None
    assert len(console.store.logins.sessions("ana")) == 1


def test_a_session_ends_by_logging_out_by_time_and_by_not_being_used(console: Console) -> None:
    browser = console.browser()
    browser.log_in()
    assert browser.get("/account").status_code == 200
    browser_secret = browser.secret
    out = browser.send("/logout", {}, page="/account")
    assert (out.status_code, out.headers["location"]) == (303, "/login")
    assert console.logins.find(browser_secret or "", NOW) is None
    browser.client.cookies.set(SESSION_COOKIE, browser_secret or "", domain="ads.example")
    assert browser.get("/account").status_code == 303, "the cookie is of no use any more"

    idle = console.browser()
    idle.log_in()
    for minutes in (59, 118):
        console.clock.at = NOW + timedelta(minutes=minutes)
        assert idle.get("/account").status_code == 200
    console.clock.at = NOW + timedelta(minutes=118 + 60)
    assert idle.get("/account").status_code == 303

    busy = console.browser()
    begins = console.clock.at
    busy.log_in()
    for minutes in range(30, 720, 30):
        console.clock.at = begins + timedelta(minutes=minutes)
        assert busy.get("/account").status_code == 200, minutes
    console.clock.at = begins + timedelta(hours=12)
    assert busy.get("/account").status_code == 303, "however busy"


def test_a_session_is_listed_and_ended_by_its_owner_and_by_nobody_else(console: Console) -> None:
    here, there, bens = console.browser(), console.browser(), console.browser()
    here.log_in()
    there.log_in()
    bens.log_in("ben")
    page = here.get("/account").text
    assert page.count("Another browser") == 1
    ids = re.findall(r"/account/sessions/([0-9a-f-]+)", page)
    bens.send(f"/account/sessions/{ids[0]}", {}, page="/account")
    assert there.get("/account").status_code == 200, "ben cannot end ana's"
    here.send(f"/account/sessions/{ids[0]}", {}, page="/account")
    assert there.get("/account").status_code == 303
    # The owner may end anybody's.
    listed = here.get("/operator/access").text
    bens_id = console.store.logins.sessions("ben")[0].id
    assert bens_id in listed
    here.send(f"/operator/access/sessions/{bens_id}", {}, page="/operator/access")
    assert bens.get("/account").status_code == 303


def test_another_password_ends_every_other_session(console: Console) -> None:
    here, there = console.browser(), console.browser()
    here.log_in()
    there.log_in()
    before = here.secret
    for form, says in (
        ({"old": "wrong", "new": OTHER, "again": OTHER}, "That is not your password"),
        ({"old": PASSWORD, "new": OTHER, "again": OTHER + "!"}, "The two are not the same"),
        ({"old": PASSWORD, "new": "short", "again": "short"}, "12 to 256"),
        ({"old": PASSWORD, "new": "a" * 20, "again": "a" * 20}, "guessed first"),
    ):
        told = here.send("/account/password", form, page="/account")
        assert told.status_code in {401, 422}
        assert says in told.text
    done = here.send("/account/password", {"old": PASSWORD, "new": OTHER, "again": OTHER}, page="/account")
    assert done.status_code == 303
    assert here.secret != before
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303
    assert console.browser().log_in(password=PASSWORD).status_code == 401
    assert console.browser().log_in(password=OTHER).status_code == 303


def test_no_form_is_taken_without_what_our_own_page_put_into_it(console: Console) -> None:
    browser, other = console.browser(), console.browser()
    browser.log_in()
    other.log_in()
    for token in (None, "", "0" * 64, other.token("/account")):
        form = {"name": "ana", "password": PASSWORD, **({} if token is None else {"csrf": token})}
        for path in (
            "/login",
            "/logout",
            "/account/password",
            "/account/sessions/x",
            "/operator/access/sessions/x",
            "/operator/review/x",
            "/choices/consents",
        ):
            told = browser.client.post(path, data=form, follow_redirects=False)
            assert told.status_code == 403, (path, token)
            assert "load the page again" in told.text.lower()


def test_another_sites_page_sends_no_form_even_with_its_token(console: Console) -> None:
    browser = console.browser()
    browser.log_in()
    for name, value in (("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")):
        assert browser.send("/logout", {}, page="/account", **{name: value}).status_code == 403
    assert browser.get("/account").status_code == 200


def test_every_form_that_changes_something_carries_a_token() -> None:
    here = copy_context()
    here.run(begin, b"k" * 32)  # as the guard does, for the length of a request
    folder = Path(__file__).parents[2] / "src" / "adtailor" / "console" / "templates"
    for template in folder.glob("*.html"):
        forms = re.findall(r"<form\b[^>]*>", template.read_text("utf-8"))
        for form in forms:
            assert 'name="csrf"' in here.run(with_tokens, form) or 'method="get"' in form, f"{template.name}: {form}"


def test_a_session_opens_pages_and_nothing_of_the_api(console: Console) -> None:
    browser = console.browser()
    browser.log_in()
    for path in ("/v1/ads", "/v1/people/ana/export", "/metrics", "/v1/tokens"):
        assert browser.get(path).status_code == 401, path
    assert browser.get("/operator").status_code == 200


def test_t37_pages_are_for_their_roles(console: Console) -> None:
    for name, sees in (("ana", True), ("ben", False), ("cleo", False)):
        browser = console.browser()
        browser.log_in(name)
        assert browser.get("/account").status_code == 200
        for path in ("/operator", "/operator/access", "/operator/decisions/d1"):
            assert (browser.get(path).status_code != 403) == sees, (name, path)
        if not sees:
            assert browser.send("/operator/access/tokens/t1", {}, page="/account").status_code == 403


def test_guessing_stops_after_a_few_tries_for_names_that_exist_and_for_those_that_do_not(console: Console) -> None:
    for name in ("ana", "nobody"):
        browser = console.browser()
        answers = [browser.log_in(name, f"guess number {n}").status_code for n in range(7)]
        assert answers == [401] * 5 + [429] * 2, name
        told = browser.log_in(name, PASSWORD)
        assert told.status_code == 429, "not even with the right one"
        assert 1 <= int(told.headers["retry-after"]) <= 180
    console.clock.at = NOW + timedelta(minutes=3, seconds=1)
    assert console.browser().log_in("ana").status_code == 303


def test_a_network_that_tries_many_names_is_stopped_and_others_are_not(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as store:
        logins = Logins(store.logins, QUICK)
        user = User(name="ana", role="owner", created_at=NOW, password_at=NOW)
        store.logins.add(user, QUICK.hashed(PASSWORD), Author(by="ana", at=NOW))
        for n in range(40):
            with pytest.raises(NotAllowed):
                logins.log_in(f"name-{n}", "guess", network="4:1", now=NOW)
        with pytest.raises(TooManyRequests):
            logins.log_in("ana", PASSWORD, network="4:1", now=NOW)
        assert logins.log_in("ana", PASSWORD, network="4:2", now=NOW)


def test_of_a_password_and_a_session_only_hashes_are_kept(tmp_path: Path) -> None:
    with SqliteStore(tmp_path) as store:
        logins = Logins(store.logins, QUICK, stay=Stay())
        user = User(name="ana", role="owner", created_at=NOW, password_at=NOW)
        store.logins.add(user, Argon2Passwords(passes=2, kibibytes=64).hashed(PASSWORD), Author(by="ana", at=NOW))
        secret = logins.log_in("Ana ", PASSWORD, network="4:1", now=NOW)
        found = store.logins.find("ana")
        assert found is not None
        assert "$argon2id$" in found[1]
        assert "m=64,t=1" in found[1], "hashed anew with the parameters of now"
        told = str(store.audit.entries(limit=100)) + str(store.logins.users()) + str(store.logins.sessions())
    files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for word in (secret, PASSWORD):
        assert word.encode() not in files
        assert word not in told


def test_a_user_that_is_removed_or_given_another_password_is_logged_out(console: Console) -> None:
    browser = console.browser()
    browser.log_in("ben")
    console.store.logins.set_password("ben", QUICK.hashed(OTHER), Author(by="ana", at=NOW))
    assert browser.get("/account").status_code == 303
    browser.log_in("ben", OTHER)
    assert browser.get("/account").status_code == 200
    console.store.logins.remove("ben", Author(by="ana", at=NOW))
    assert browser.get("/account").status_code == 303


def test_the_owners_page_ends_tokens(console: Console) -> None:
    token = AccessToken(id="t1", label="a site's", role="site", site_id="s1", created_at=NOW)
    console.store.tokens.create(token, Author(by="ana", at=NOW))
    browser = console.browser()
    browser.log_in()
    assert "a site&#39;s" in browser.get("/operator/access").text
    assert browser.send("/operator/access/tokens/t1", {}, page="/operator/access").status_code == 303
    assert console.store.tokens.tokens()[0].revoked_at == NOW
    assert "revoked" in browser.get("/operator/access").text
    assert [e.by for e in console.store.audit.entries(kind="tokens", limit=1)] == ["ana"]


def test_on_this_machine_without_a_token_the_operator_needs_no_login(tmp_path: Path, make_house) -> None:
    console = Console(tmp_path / "open", make_house(), token=None)
    browser = Browser(TestClient(console.app, base_url="http://127.0.0.1:8765"))
    assert browser.get("/operator").status_code == 200
    assert "without logging in" in browser.get("/account").text
    cookie = browser.log_in("ben").headers["set-cookie"]
    assert "Secure" not in cookie, "there is no TLS on loopback"
    assert browser.get("/operator").status_code == 403, "who logs in has their own role"
    console.store.close()


def test_nobody_is_sent_elsewhere_after_the_login(console: Console) -> None:
    for where in (
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/operator/../../x?y",
        "javascript:x",
        "/login",
        "",
        "/account\n",
        "/v1/ads",
    ):
        assert within(where) == "/account", where
    assert console.browser().log_in(next="//evil.example").headers["location"] == "/account"


@pytest.mark.parametrize("password", ["short", "x" * 257, "aaaaaaaaaaaaaaaa", "Password1234", "anna-maria-12"])
def test_a_password_that_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput):
        checked_password(password, "anna-maria")


def test_tokens_of_forms_differ_by_seed_and_secret() -> None:
    assert len({token_of(SECRET), token_of(SECRET, "a"), token_of(b"other", "a")}) == 3
    assert SEED_COOKIE != SESSION_COOKIE
