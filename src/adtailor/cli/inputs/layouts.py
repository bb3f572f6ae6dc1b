"""Which files of an Instagram or Facebook export hold posts, wherever a year put them; and whose export it is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from adtailor.cli.inputs.archive import Archive
from adtailor.cli.inputs.exported import Part, dig, read_json
from adtailor.cli.inputs.mended import mended
from adtailor.cli.inputs.plain_id import plain_id

_TOP = r"(?P<top>(?:[^/]+/)??)"
"""Nothing, or one folder: exports are often packed with it, and several parts lie side by side each in its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The files of one site's exports."""

    site: str
    home: str
    """Where a year puts the posts: a file that was taken out of its export is known as if it lay there."""
    parts: tuple[tuple[str, re.Pattern[str]], ...]
    """Kind and path, in the order of reading."""
    html: re.Pattern[str]
    """What the same export holds when it was asked for as web pages."""
    owner: re.Pattern[str]
    looked_for: str

    def part_of(self, name: str) -> tuple[int, str, str] | None:
        """Where a file stands in the order of reading, its kind and its top; None if it holds no posts."""
        for place, (kind, pattern) in enumerate(self.parts):
            if matched := pattern.fullmatch(name):
                return place, kind, matched["top"]
        return None

    def find(self, names: Iterable[str]) -> tuple[list[Part], list[str]]:
        """The files that hold posts, numbered parts in order, and the tops that paths of media count from."""
        found: list[tuple[int, list[str | int], Part]] = []
        holding: dict[str, None] = {"": None}
        folders: dict[str, None] = {}
        for name in names:
            if told := self.part_of(name):
                place, kind, top = told
                found.append((place, _by_number(name), Part(path=name, kind=kind)))
                holding[top] = None
            if "/" in name:
                folders[name[: name.index("/") + 1]] = None
        found.sort(key=lambda one: one[:2])
        return [part for _, _, part in found], list({**holding, **folders})

    def is_html(self, names: Iterable[str]) -> bool:
        """Whether the export was asked for as web pages."""
        return any(self.html.fullmatch(name) for name in names)


def _part(pattern: str) -> re.Pattern[str]:
    return re.compile(_TOP + pattern)


_IG = r"(?:your_instagram_activity/)?(?:content|media)/"
_FB = r"(?:(?:your_facebook_activity|[^/]*_activity_across_facebook)/)?"

INSTAGRAM = Layout(
    site="Instagram",
    home="your_instagram_activity/media",
    parts=(
        ("posts", _part(_IG + r"posts(?:_\d+)?\.json")),
        ("posts", _part(_IG + r"archived_posts(?:_\d+)?\.json")),
        ("posts", _part(_IG + r"(?:reels|igtv_videos)(?:_\d+)?\.json")),
        ("posts", _part(_IG + r"stories(?:_\d+)?\.json")),
        ("posts", _part(r"(?:your_instagram_activity/)?threads/threads_and_replies(?:_\d+)?\.json")),
        ("reposts", _part(_IG + r"reposts(?:_\d+)?\.json")),
        ("2018", _part(r"media(?:_\d+)?\.json")),
    ),
    html=_part(_IG + r"(?:posts|stories|reels)(?:_\d+)?\.html"),
    owner=re.compile(r"(?:.*/)?(?:personal_information\.json|profile\.json)"),
    looked_for="Instagram's posts_1.json, stories.json, reels.json or (2018) media.json",
)
FACEBOOK = Layout(
    site="Facebook",
    home="your_facebook_activity/posts",
    parts=(
        ("posts", _part(_FB + r"posts/(?:your_posts(?:__check_ins__photos_and_videos)?|profile_posts)(?:_\d+)?\.json")),
        ("posts", _part(_FB + r"groups/(?:your_posts_in_groups|group_posts_and_comments)(?:_\d+)?\.json")),
        ("photos", _part(_FB + r"(?:posts|photos_and_videos)/album/\d+\.json")),
        ("photos", _part(_FB + r"(?:posts|photos_and_videos)/(?:your_)?uncategorized_photos(?:_\d+)?\.json")),
        ("photos", _part(_FB + r"(?:posts|photos_and_videos)/(?:your_)?videos(?:_\d+)?\.json")),
    ),
    html=_part(_FB + r"posts/(?:your_posts[^/]*|profile_posts[^/]*)\.html"),
    owner=re.compile(r"(?:.*/)?profile_information\.json"),
    looked_for="Facebook's your_posts_1.json or your_posts__check_ins__photos_and_videos_1.json",
)

_USERNAMES = frozenset({"username", "benutzername", "nombre de usuario", "nom d’utilisateur", "nom d'utilisateur"}) | {  # noqa: RUF001
    "nome utente", "nome de usuário", "nome de utilizador", "gebruikersnaam", "användarnamn", "brugernavn",
    "brukernavn", "käyttäjänimi", "nazwa użytkownika", "kullanıcı adı", "ユーザーネーム", "사용자 이름",  # noqa: RUF001
    "имя пользователя", "用户名", "用戶名稱",
}  # fmt: skip
"""What the export calls the name of an account, in the languages of accounts that we know of."""
_NAMED = re.compile(r"(?:instagram|facebook)-([A-Za-z0-9._]{1,30})-(?:\d|[A-Za-z0-9]{6,}$)")


def owner_of(layout: Layout, archive: Archive, names: Iterable[str]) -> str | None:
    """The id of whose export it is, from the file about the profile."""
    for name in sorted(
        (name for name in names if layout.owner.fullmatch(name)), key=lambda name: (name.count("/"), name)
    ):
        told = read_json(archive, name)
        found = _instagram_name(told) if layout is INSTAGRAM else _facebook_name(told)
        if found:
            return plain_id(found)
    return None


def named_after(paths: Iterable[str]) -> str | None:
    """The id in the name that an export's file or folder has, as `instagram-ana-2024-05-01-x.zip`.

    >>> named_after(["instagram-ana.b-2024-05-01-Xy7.zip"])
    'ana.b'
    """
    for path in paths:
        if found := _NAMED.match(path):
            return found[1]
    return None


def _instagram_name(told: object) -> str | None:
    old = dig(told, "username")
    if isinstance(old, str):
        return old
    said = dig(told, "profile_user", 0, "string_map_data")
    for key, value in (said or {}).items() if isinstance(said, dict) else ():
        name = dig(value, "value")
        if mended(str(key)).lower() in _USERNAMES and isinstance(name, str) and name:
            return mended(name)
    return None


def _facebook_name(told: object) -> str | None:
    profile = dig(told, "profile_v2") or dig(told, "profile")
    address = dig(profile, "profile_uri")
    if isinstance(address, str) and (last := address.rstrip("/").rpartition("/")[2]) and "?" not in last:
        return last
    for name in (dig(profile, "username"), dig(profile, "name", "full_name"), dig(profile, "name")):
        if isinstance(name, str) and name:
            return mended(name)
    return None


def _by_number(name: str) -> list[str | int]:
    """Parts in order: 2 before 10."""
    return [int(piece) if piece.isdigit() else piece for piece in re.split(r"(\d+)", name)]
