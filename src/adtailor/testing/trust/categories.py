"""Promises 3 and 4: no mood chooses anything sensitive, and nobody can ask for people who suffer."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st

from adtailor.decide.deciding import decide
from adtailor.domain.decision import Decision, DecisionRequest, Evidence, Limits, Placement
from adtailor.domain.ids import PersonId, PlacementId, PostId, RequestId, SiteId
from adtailor.domain.post import Post
from adtailor.domain.profile import Profile
from adtailor.domain.reading import EMOTIONS, Reading, Sentiment
from adtailor.profiles.affect import mood_of, with_affect
from adtailor.service.app import OPERATIONS
from adtailor.testing import samples
from adtailor.testing.toy_ads import ToyWorld, toy_world
from adtailor.testing.trust.installed import NOON, Installed, expected, installed
from adtailor.testing.trust.pages import ORDINARY, the_policy
from adtailor.testing.trust.proof import Proof, Trial, holds

TONES = ("playful", "warm", "calm", "energetic", "serious", "curious", "elegant", "bold")
ALIASES = (
    "stress", "stressed", "stress_level", "sadness", "sad", "crisis", "grief", "anxiety", "anxious", "depressed",
    "depression", "lonely", "loneliness", "emotion", "emotions", "affect", "wellbeing", "vulnerable", "burnout",
    "distress", "sentiment", "mood", "desperate", "insecure", "overwhelmed", "panic", "suicidal", "self-harm",
    "insomnia", "miserable", "traurig", "verzweifelt", "einsam", "ansiedad", "estresado", "angoisse", "deuil",
)  # fmt: skip
SUFFERING = tuple(sorted(set(ALIASES) - {"emotion", "emotions", "affect", "wellbeing", "sentiment", "mood",
                                         "stress_level", "self-harm"}))  # fmt: skip
"""Those that are words about somebody who suffers, not names of a field."""
MACROS = (
    "{mood}", "{{mood}}", "%7Bmood%7D", "%257Bmood%257D", "$$stress$$", "__VIEWER__", "[EMOTION]", "${AFFECT}",
    "%%MOOD%%", "calm&mood=1", "1&person_id=7",
)  # fmt: skip


def _world(product: str) -> ToyWorld:
    """Ads of this product and of shoes, one of each in every tone."""
    kinds = {"it": product, "shoes": ORDINARY}
    ads = [{"id": f"{name}-{tone}", "products": [one], "tone": [tone]} for name, one in kinds.items() for tone in TONES]
    return toy_world(ads, sensitive_products=the_policy().sensitive_products)


def _felt(emotion: str) -> Evidence:
    """What a decision may use of somebody whose posts are full of one emotion, and who agreed to that."""
    who = PersonId("ana")
    post = Post(id=PostId("p"), author_id=who, created_at=NOON - timedelta(minutes=1), text="words")
    told = Reading(
        post_id=post.id, sentiment=Sentiment(label="positive", valence=0.6), emotions={emotion: 1.0, "neutral": 0.0}
    )
    profile = with_affect(Profile(person_id=who), post, told, the_policy(), now=NOON)
    return Evidence(context_tone={"calm": 0.5}, affect=mood_of(profile, the_policy(), NOON))


def _decided(world: ToyWorld, evidence: Evidence) -> Decision:
    return decide(
        DecisionRequest(request_id=RequestId("r"), site_id=SiteId("s"), placements=(Placement(id=PlacementId("p")),)),
        evidence,
        Limits(age="adult", protected=False),
        catalogue=world.catalogue,
        ranker=world.ranker,
        policy_name="trust@1",
        now=NOON,
        random=Random(1),  # noqa: S311  # chance, not secrecy
        exploration=0.0,
    )


def _no_mood_chooses_it(case: tuple[str, str, ToyWorld]) -> None:
    _, emotion, world = case
    plain, moved = (_decided(world, evidence) for evidence in (Evidence(context_tone={"calm": 0.5}), _felt(emotion)))
    for_plain, for_moved = ({one.ad_id: one for one in d.account.ranked} for d in (plain, moved) if d.account)
    for ad, before in for_plain.items():
        if ad.startswith("it-"):
            holds(for_moved.get(ad) == before, f"{emotion} moves {ad} from {before} to {for_moved.get(ad)}")
        holds(for_moved[ad].click_rate == before.click_rate, f"{emotion} changes the click rate of {ad}")
    [was], [now] = plain.placements, moved.placements
    chosen = now.won is not None and now.won.ad_id.startswith("it-")
    holds(not chosen or now.won == was.won, f"{emotion} selects {now.won and now.won.ad_id}")


class _Grid:
    """Every sensitive category by every emotion; shown in a case as the two names."""

    def __iter__(self) -> Iterator[tuple[str, str, ToyWorld]]:
        for product in sorted(the_policy().sensitive_products):
            world = _world(product)
            for emotion in EMOTIONS:
                yield product, emotion, world


def _moods_choose_nothing_sensitive(trial: Trial) -> None:
    limit = trial.cases

    def some() -> Iterator[tuple[str, str, ToyWorld]]:
        for number, case in enumerate(_Grid()):
            if number >= limit:
                return
            yield case

    trial.each(some(), _no_mood_chooses_it)
    world = _world(min(the_policy().sensitive_products))
    joy = _felt("joy")
    expected(joy.affect, "joy is no mood")
    ranked = [
        {one.ad_id: one for one in _decided(world, e).account.ranked}
        for e in (Evidence(context_tone={"calm": 0.5}), joy)
    ]  # type: ignore[union-attr]
    expected(ranked[0] != ranked[1], "joy moves no ad at all")


class Asked(NamedTuple):
    """Somebody asks for people who suffer: where, by which word, in which spelling."""

    where: str
    word: str
    spelling: str


FIELDS = (
    "organizations[0]", "advertisers[0]", "campaigns[0]", "adsets[0]", "creatives[0]", "ads[0]", "sites", "placements",
    "adsets[0].targeting", "adsets[0].exclusions", "adsets[0].bid", "creatives[0].tone", "creatives[0].look",
)  # fmt: skip
VALUES = ("keywords", "tones", "look", "segments", "devices")
SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "plain": str,
    "capitals": str.upper,
    "title": str.title,
    "dashed": "{}".format,
    "suffixed": "{}_score".format,
    "phrase": "feeling {}".format,
}


def _asked() -> st.SearchStrategy[Asked]:
    return st.one_of(
        st.builds(
            Asked,
            where=st.sampled_from(FIELDS),
            word=st.sampled_from(ALIASES),
            spelling=st.sampled_from(["plain", "capitals", "title", "dashed", "suffixed"]),
        ),
        st.builds(
            Asked,
            where=st.sampled_from([f"{kind}: {name}" for kind in ("targeting", "exclusions") for name in VALUES]),
            word=st.sampled_from(SUFFERING),
            spelling=st.sampled_from(["plain", "phrase"]),
        ),
        st.builds(Asked, where=st.just("landing_url"), word=st.sampled_from(MACROS), spelling=st.just("plain")),
        st.builds(
            Asked,
            where=st.sampled_from(["report: by", "patch: targeting", "patch: bid"]),
            word=st.sampled_from(ALIASES),
            spelling=st.sampled_from(["plain", "capitals"]),
        ),
    )


def _is_refused(house: Installed, asked: Asked) -> None:
    word = SPELLINGS[asked.spelling](asked.word.replace("_", "-") if asked.spelling == "dashed" else asked.word)
    before = house.call("GET", "/v1/catalogue")
    document = before.told
    if asked.where == "landing_url" and "{" not in asked.word:
        _stopped_at_review(house, f"https://boots.example/?a={word}")
        return
    match asked.where.partition(": "):
        case ("report", _, _):
            answer = house.ask("GET", f"/v1/reports?by={word}")
        case ("patch", _, part):
            adset = document["adsets"][0]["id"]
            body = {part: {word: ["high"]}}
            answer = house.ask("PATCH", f"/v1/adsets/{adset}", body, headers={"if-match": "*"})
        case ("landing_url", _, _):
            document["creatives"][0]["landing_url"] = f"https://boots.example/?a={word}"
            answer = house.ask("PUT", "/v1/catalogue", document, headers={"if-match": "*"})
        case (kind, ": ", name):
            document["adsets"][0][kind][name] = [word.replace(" ", "-") if name == "segments" else word]
            answer = house.ask("PUT", "/v1/catalogue", document, headers={"if-match": "*"})
        case (path, _, _):
            _put_in(document, path, word)
            answer = house.ask("PUT", "/v1/catalogue", document, headers={"if-match": "*"})
    holds(answer.status == 422, f"{asked.where} takes {word!r}: {answer.status}")
    holds(answer.told.get("field") and answer.told.get("hint"), "the refusal names no field or no remedy")
    holds(house.call("GET", "/v1/catalogue").body == before.body, "what was refused changed the catalogue")


def _stopped_at_review(house: Installed, address: str) -> None:
    """What looks like a macro only once it is unescaped, nobody can approve."""
    name = house.new("creative")
    body = {
        "id": name, "advertiser_id": "boots", "headline": "Dry feet", "body": "Boots for every path.",
        "landing_url": address, "status": "in_review",
    }  # fmt: skip
    made = house.ask("POST", "/v1/creatives", body)
    if made.status == 422:
        return
    told = house.call("GET", f"/v1/reviews/{name}")
    found = {one["rule"] for one in told.told["findings"] if one["blocks"]}
    answer = house.ask(
        "POST", f"/v1/reviews/{name}", {"verdict": "approved"}, headers={"if-match": told.headers["etag"]}
    )
    holds("macro" in found and answer.status == 422, f"{address} was approved: {answer.status}, {sorted(found)}")


def _put_in(document: dict[str, Any], path: str, word: str) -> None:
    target: Any = document
    for part in path.split("."):
        name, _, index = part.partition("[")
        if index:
            target = target[name][0]
        elif name in {"sites", "placements"}:
            target = document.setdefault(name, [{"id": "x", "name": "x", "site_id": "s"}])[0]
        else:
            target = target.setdefault(name, {})
    target[word] = 1.0


def _schemas(house: Installed) -> Iterator[tuple[str, str]]:
    """Every name and value that an advertiser or an analyst may send, with where it stands."""
    told = house.call("GET", "/openapi.json").told
    for operation in OPERATIONS:
        if operation.roles & {"advertiser", "analyst"}:
            described = told["paths"][operation.path][operation.method.lower()]
            names: set[str] = set()
            for part in ("requestBody", "parameters"):
                _walk(described.get(part), told, names, set())
            yield from ((f"{operation.method} {operation.path}", name) for name in sorted(names))


def _walk(node: Any, whole: Mapping[str, Any], names: set[str], seen: set[str]) -> None:
    if isinstance(node, Mapping):
        if isinstance(ref := node.get("$ref"), str) and ref not in seen:
            seen.add(ref)
            target: Any = whole
            for part in ref.removeprefix("#/").split("/"):
                target = target[part]
            _walk(target, whole, names, seen)
        properties = node.get("properties")
        if isinstance(properties, Mapping):
            names.update(map(str, properties))
        names.update(str(value) for value in node.get("enum", ()) if isinstance(value, str))
        for value in node.values():
            _walk(value, whole, names, seen)
    elif isinstance(node, list):
        for value in node:
            _walk(value, whole, names, seen)


def _nobody_is_found_by_suffering(trial: Trial) -> None:
    words = {word for word in ALIASES if word.isascii()}
    with installed(seed=trial.seed, inventory=samples.inventory()) as house:
        names = list(_schemas(house))
        expected(len(names) > 100, f"the description names {len(names)} fields")

        def plain(case: tuple[str, str]) -> None:
            parts = set(case[1].lower().replace("-", "_").split("_"))
            holds(not parts & words, f"{case[0]} has a field or value {case[1]!r}")

        trial.each(names, plain)
        trial.over(_asked(), lambda asked: _is_refused(house, asked))


PROOFS = (
    Proof(
        number=3,
        says="No sensitive category is ever selected by a mood.",
        tries="every sensitive category by every emotion that is read, against the same page without it",
        cases=100_000,
        try_it=_moods_choose_nothing_sensitive,
    ),
    Proof(
        number=4,
        says="No targeting, bid or report takes stress, sadness, crisis or a synonym; no landing address a macro.",
        tries="every field of the buying side in the API's description; words for distress in every place of a "
        "catalogue, a patch, a report and a landing address, over HTTP",
        cases=300,
        full=5_000,
        try_it=_nobody_is_found_by_suffering,
    ),
)
