"""Instagram's and Facebook's "Download your information" in miniature, in the shapes of several years, text damaged.

Each function says which year's exports it follows. Words are put through `damaged`, as both sites do: the bytes of
UTF-8, each written as a character.
"""

import json
from functools import cache
from typing import Any

from adtailor.testing.drawn_clothes import Colour
from adtailor.testing.exports import NAVY, drawn_shirt

NOON = 1_717_243_200
"""2024-06-01T12:00:00Z."""


def damaged(text: str) -> str:
    """What the exports make of a text.

    >>> damaged("é")
    'Ã©'
    """
    return text.encode("utf-8").decode("latin-1")


def as_json(value: Any) -> bytes:
    """In ASCII, `é` as `\\u00c3\\u00a9`."""
    return json.dumps(_through(value), indent=2).encode("ascii")


def instagram_media(uri: str, title: str = "", second: int = NOON, **more: Any) -> dict[str, Any]:
    """A photo or video of an entry, as of 2024."""
    return {
        "uri": uri,
        "creation_timestamp": second,
        "media_metadata": {"camera_metadata": {"has_camera_metadata": False}},
        "title": title,
        "cross_post_source": {"source_app": "FB"},
        "backup_uri": "",
        **more,
    }


def instagram_2024() -> dict[str, bytes]:
    """`your_instagram_activity/media/`, from early 2024 on: numbered parts, carousels, stories, reels, threads."""
    activity = "your_instagram_activity/media"
    photo = "media/posts/202406/4181_n_1790.jpg"
    return {
        "personal_information/personal_information/personal_information.json": as_json(
            {
                "profile_user": [
                    {
                        "title": "",
                        "media_map_data": {"Profile Photo": {"uri": "media/profile/1.jpg", "creation_timestamp": NOON}},
                        "string_map_data": {
                            "E-Mail-Adresse": {"href": "", "value": "ana@example.com", "timestamp": 0},
                            "Benutzername": {"href": "", "value": "ana.b", "timestamp": 0},
                            "Name": {"href": "", "value": "Ana Böhm", "timestamp": 0},
                        },
                    }
                ]
            }
        ),
        f"{activity}/posts_1.json": as_json(
            [
                {"media": [instagram_media(photo, "Grüße vom Grat, was für ein Morgen! 🌄")]},
                {
                    "media": [
                        instagram_media("media/posts/202406/a.jpg", second=NOON + 60),
                        instagram_media("media/posts/202406/b.webp", second=NOON + 61),
                        instagram_media("media/posts/202406/clip.mp4", second=NOON + 62),
                    ],
                    "title": "Three from the market, thank you all ❤️",
                    "creation_timestamp": NOON + 60,
                },
                {"media": [instagram_media("media/posts/202406/reel.mp4", "")]},
                {"media": [instagram_media("media/posts/202406/gone.jpg", "Gone, and yet here", NOON + 90)]},
                {"media": "nothing"},
                {"media": [{"uri": "media/posts/202406/c.jpg", "title": "no time"}]},
            ]
        ),
        f"{activity}/posts_2.json": as_json([{"media": [instagram_media(photo, "A second part", NOON + 120)]}]),
        f"{activity}/posts_10.json": as_json([{"media": [instagram_media(photo, "A tenth part", NOON + 130)]}]),
        f"{activity}/stories.json": as_json(
            {"ig_stories": [instagram_media("media/stories/202406/s.jpg", "", NOON + 200)]}
        ),
        f"{activity}/reels.json": as_json(
            {
                "ig_reels_media": [
                    {"media": [instagram_media("media/reels/202406/r.mp4", "First reel, be kind", NOON + 300)]}
                ]
            }
        ),
        f"{activity}/archived_posts.json": as_json(
            {
                "ig_archived_post_media": [
                    {
                        "media": [instagram_media(photo, "", NOON + 400)],
                        "title": "Put away",
                        "creation_timestamp": NOON + 400,
                    }
                ]
            }
        ),
        f"{activity}/profile_photos.json": as_json({"ig_profile_picture": [instagram_media("media/profile/1.jpg")]}),
        "your_instagram_activity/threads/threads_and_replies.json": as_json(
            {
                "text_post_app_text_posts": [
                    {
                        "media": [
                            instagram_media("", "Only words, on Threads", NOON + 500, text_app_post={"is_reply": False})
                        ]
                    }
                ]
            }
        ),
        "your_instagram_activity/comments/post_comments_1.json": as_json([{"string_map_data": {}}]),
        photo: _shirt(),
        "media/posts/202406/a.jpg": _shirt((200, 25, 40)),
        "media/posts/202406/b.webp": _shirt(kind="WEBP"),
        "media/posts/202406/clip.mp4": b"\0" * 100,
        "media/stories/202406/s.jpg": _shirt(),
    }


def instagram_2022() -> dict[str, bytes]:
    """`content/`, of 2021 to 2023."""
    return {
        "account_information/personal_information.json": as_json(
            {"profile_user": [{"string_map_data": {"Nom d’utilisateur": {"value": "ana.b"}}}]}  # noqa: RUF001
        ),
        "content/posts_1.json": as_json([{"media": [instagram_media("media/posts/202206/a.jpg", "Früher Sommer")]}]),
        "media/posts/202206/a.jpg": _shirt(),
    }


def instagram_2018() -> dict[str, bytes]:
    """`media.json`, of 2018 to 2020: a photo an entry, times often without a zone, text right as it stands."""
    day = {"caption": "Dünen 🌊", "taken_at": "2018-11-05T20:19:29", "location": "Sylt"}
    media = {
        "photos": [
            {**day, "path": "photos/201811/a.jpg"},
            {**day, "path": "photos/201811/b.jpg"},
            {"caption": "", "taken_at": "2019-03-01T08:00:00+00:00", "path": "photos/201903/c.jpg"},
        ],
        "videos": [{"caption": "Waves", "taken_at": "2018-11-06T09:00:00", "path": "videos/201811/v.mp4"}],
        "stories": [{"caption": "", "taken_at": "2018-11-07T09:00:00", "path": "stories/201811/s.jpg"}],
        "profile": [
            {"caption": "", "taken_at": "2018-01-01T09:00:00", "path": "profile/1.jpg", "is_active_profile": True}
        ],
    }
    return {
        "profile.json": json.dumps({"username": "ana.b", "name": "Ana"}).encode(),
        "media.json": json.dumps(media).encode(),
        **{f"photos/201811/{name}.jpg": _shirt() for name in "ab"},
        "photos/201903/c.jpg": _shirt(),
        "stories/201811/s.jpg": _shirt(),
    }


def facebook_entry(second: int, post: str | None = None, *attached: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What was done, as of 2019 to 2026."""
    entry: dict[str, Any] = {"timestamp": second, "data": [{"update_timestamp": second}], **more}
    if post is not None:
        entry["data"] = [{"post": post}, {"update_timestamp": second}]
    if attached:
        entry["attachments"] = [{"data": list(attached)}]
    return entry


def facebook_media(uri: str, description: str = "", second: int = NOON) -> dict[str, Any]:
    """A photo attached to an entry."""
    return {
        "media": {
            "uri": uri,
            "creation_timestamp": second,
            "media_metadata": {"photo_metadata": {"exif_data": [{"upload_ip": "192.0.2.1"}]}},
            "title": "Mobile uploads",
            "description": description,
        }
    }


def facebook_2024() -> dict[str, bytes]:
    """`your_facebook_activity/`, from 2023 on: posts, a share, a link, a check-in, an album, comments, a video."""
    posts = "your_facebook_activity/posts"
    photo = f"{posts}/media/Mobileuploads_1/fb1.jpg"
    return {
        "personal_information/profile_information/profile_information.json": as_json(
            {
                "profile_v2": {
                    "name": {"full_name": "Ana Böhm", "first_name": "Ana"},
                    "profile_uri": "https://www.facebook.com/ana.boehm.5",
                }
            }
        ),
        f"{posts}/your_posts__check_ins__photos_and_videos_1.json": as_json(
            [
                facebook_entry(
                    NOON,
                    "Endlich Frühling, ich bin so glücklich! 🌷 @[100001:2048:Ben Åberg]",
                    facebook_media(photo, "Tulpen am Fenster"),
                    title="Ana Böhm added a new photo.",
                    tags=[{"name": "Ben Åberg"}],
                ),
                facebook_entry(
                    NOON + 10,
                    None,
                    {"external_context": {"url": "https://www.facebook.com/ben/posts/7"}},
                    title="Ana Böhm shared a post.",
                ),
                facebook_entry(
                    NOON + 20,
                    "This is worth reading.",
                    {"external_context": {"url": "https://news.example/1", "name": "News"}},
                    title="Ana Böhm shared a link.",
                ),
                facebook_entry(
                    NOON + 30,
                    "So true",
                    {"text": "Somebody else's words"},
                    title="Ana Böhm shared Ben Åberg's post.",
                ),
                facebook_entry(
                    NOON + 40, "Coffee here", {"place": {"name": "Café Größe", "coordinate": {"latitude": 48.8}}}
                ),
                facebook_entry(NOON + 50, None, title="Ana Böhm updated her status."),
                facebook_entry(NOON + 60, None, facebook_media(f"{posts}/media/videos/v.mp4")),
                {"timestamp": "yesterday", "data": [{"post": "broken"}]},
                facebook_entry(
                    NOON + 70, "Many", *(facebook_media(f"{posts}/media/many/{n}.jpg") for n in range(25)), fbid="12345"
                ),
            ]
        ),
        f"{posts}/album/0.json": as_json(
            {
                "name": "Mobile uploads",
                "photos": [
                    {"uri": photo, "creation_timestamp": NOON, "description": "Tulpen am Fenster"},
                    {
                        "uri": f"{posts}/media/Album_2/old.jpg",
                        "creation_timestamp": NOON - 1000,
                        "description": "Only in the album, schön",
                        "comments": [{"timestamp": NOON, "comment": "nice", "author": "Ben"}],
                    },
                ],
                "cover_photo": {"uri": photo, "creation_timestamp": NOON},
                "last_modified_timestamp": NOON,
                "description": "",
            }
        ),
        f"{posts}/album/1.json": as_json({"name": "Empty", "description": "", "last_modified_timestamp": NOON}),
        f"{posts}/your_videos.json": as_json(
            {"videos_v2": [{"uri": f"{posts}/media/videos/w.mp4", "creation_timestamp": NOON}]}
        ),
        "your_facebook_activity/groups/group_posts_and_comments.json": as_json(
            {
                "group_posts_v2": [
                    facebook_entry(NOON + 80, "Does anyone lend a ladder?", title="Ana Böhm posted in Nachbarn."),
                    {
                        "timestamp": NOON + 90,
                        "data": [{"comment": {"timestamp": NOON, "comment": "Yes", "author": "Ana"}}],
                    },
                ]
            }
        ),
        "your_facebook_activity/comments_and_reactions/comments.json": as_json({"comments_v2": []}),
        photo: _shirt(),
        f"{posts}/media/Album_2/old.jpg": _shirt(),
        **{f"{posts}/media/many/{n}.jpg": _shirt() for n in range(25)},
    }


def facebook_2019() -> dict[str, bytes]:
    """`posts/your_posts_1.json`, of 2018 to 2021."""
    return {
        "profile_information/profile_information.json": as_json({"profile": {"name": "Ana Böhm"}}),
        "posts/your_posts_1.json": as_json(
            [facebook_entry(NOON, "Schöne Grüße", facebook_media("photos_and_videos/x/1.jpg"))]
        ),
        "photos_and_videos/x/1.jpg": _shirt(),
    }


@cache
def _shirt(colour: Colour = NAVY, kind: str = "JPEG") -> bytes:
    return drawn_shirt(colour, kind)


def _through(value: Any) -> Any:
    if isinstance(value, str):
        return damaged(value)
    if isinstance(value, list):
        return [_through(one) for one in value]
    if isinstance(value, dict):
        return {_through(key): _through(one) for key, one in value.items()}
    return value
