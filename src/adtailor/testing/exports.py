"""A Mastodon archive as servers export it, in miniature: every kind of post, photos drawn on the spot, broken items."""

import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from adtailor.testing.drawn_clothes import Colour, draw_garment

HOST = "https://harbour.example"
ANA = f"{HOST}/users/ana"
NAVY: Colour = (30, 44, 92)
SHIRT = "media_attachments/files/109/001/original/shirt.jpg"


def note(number: int, content: str, **more: Any) -> dict[str, Any]:
    """A post of Ana's, as Mastodon exports it."""
    address = f"{ANA}/statuses/{number}"
    return {
        "id": f"{address}/activity",
        "type": "Create",
        "actor": ANA,
        "published": "2026-11-20T12:00:00Z",
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "cc": [f"{ANA}/followers"],
        "object": {
            "id": address,
            "type": "Note",
            "summary": None,
            "inReplyTo": None,
            "published": "2026-11-20T12:00:00Z",
            "url": f"{HOST}/@ana/{number}",
            "attributedTo": ANA,
            "sensitive": False,
            "content": content,
            "contentMap": {"en": content},
            "attachment": [],
            "tag": [],
            **more,
        },
    }


def boost(number: int, of: str = "https://elsewhere.example/users/ben/statuses/7") -> dict[str, Any]:
    """Somebody else's post, passed on."""
    return {
        "id": f"{ANA}/statuses/{number}/activity",
        "type": "Announce",
        "actor": ANA,
        "published": "2026-11-21T08:00:00Z",
        "object": of,
    }


def picture(name: str = SHIRT, alt: str | None = "a navy shirt on a chair") -> dict[str, Any]:
    """An attachment; its address begins with a slash, as in real exports."""
    return {"type": "Document", "mediaType": "image/jpeg", "url": f"/{name}", "name": alt, "width": 320, "height": 320}


def drawn_shirt(colour: Colour = NAVY, kind: str = "JPEG") -> bytes:
    """A T-shirt as the bytes of a picture."""
    out = io.BytesIO()
    draw_garment("T-Shirt", colour).save(out, kind)
    return out.getvalue()


def outbox(items: list[Any]) -> bytes:
    """The file around the posts."""
    return json.dumps(
        {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": "outbox.json",
            "type": "OrderedCollection",
            "totalItems": len(items),
            "orderedItems": items,
        }
    ).encode()


def export_files() -> dict[str, bytes]:
    """Every kind of post there is, and two that are broken."""
    items: list[Any] = [
        note(1, "<p>First snow on the ridge this morning, I cannot stop smiling!</p>"),
        note(
            2,
            '<p>New shirt, fits like it was made for me <a href="https://harbour.example/tags/ootd" '
            'class="mention hashtag" rel="tag">#<span>ootd</span></a></p>',
            attachment=[picture()],
        ),
        boost(3),
        note(4, "<p>I am so worn out I could cry.</p>", summary="work, tired", sensitive=True),
        note(5, "no time", published="yesterday"),
        note(6, "<p>Same coat as last year</p>", attachment=[picture("media_attachments/files/109/404.jpg")]),
        {"type": "Create", "object": 7},
    ]
    actor = {"id": ANA, "type": "Person", "preferredUsername": "ana"}
    return {
        "outbox.json": outbox(items),
        "actor.json": json.dumps(actor).encode(),
        SHIRT: drawn_shirt(),
        "avatar.png": drawn_shirt(kind="PNG"),
        "media_attachments/files/109/002/original/clip.mp4": b"\0" * 1000,
    }


def as_folder(files: dict[str, bytes], where: Path) -> Path:
    """The export, unpacked."""
    for name, data in files.items():
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        (where / name).write_bytes(data)
    return where


def as_zip(files: dict[str, bytes], where: Path) -> Path:
    """The export, as servers hand it out today."""
    with zipfile.ZipFile(where, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return where


def as_tar(files: dict[str, bytes], where: Path, mode: Any = "w:gz") -> Path:
    """The export, as servers made it before."""
    with tarfile.open(where, mode) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return where
