import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.cli.inputs import Broken, Item, open_source
from adtailor.cli.inputs.feed_text import feed_text
from adtailor.cli.inputs.feed_xml import DEEPEST, read_feed
from adtailor.domain.post import Photo
from adtailor.errors import AdtailorError, InvalidInput
from adtailor.testing.exports import drawn_shirt

# RSS 2.0 as WordPress writes it.
RSS2 = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/">
<channel>
  <title>Harbour notes</title>
  <atom:link href="https://blog.example/feed/" rel="self" type="application/rss+xml" />
  <link>https://blog.example</link>
  <language>en-GB</language>
  <item>
    <title>First snow &amp; tea</title>
    <link>https://blog.example/2026/11/snow/</link>
    <dc:creator><![CDATA[Ana]]></dc:creator>
    <pubDate>Fri, 20 Nov 2026 12:00:00 +0100</pubDate>
    <guid isPermaLink="false">https://blog.example/?p=7</guid>
    <description><![CDATA[<p>Short</p>]]></description>
    <content:encoded><![CDATA[<p>I cannot stop smiling&nbsp;!</p><p>Truly.</p><script>alert(1)</script>]]>
    </content:encoded>
    <enclosure url="pictures/shirt.jpg" length="10" type="image/jpeg" />
    <enclosure url="https://cdn.example/a.jpg" length="10" type="image/jpeg" />
    <media:content url="gone.png" medium="image" />
    <enclosure url="talk.mp3" length="10" type="audio/mpeg" />
  </item>
  <item>
    <title>No time</title>
    <guid>8</guid>
  </item>
  <item>
    <description>Five &gt; four, plain as day</description>
    <pubDate>20 Nov 2026 12:00:00</pubDate>
    <guid>9</guid>
    <source url="https://other.example/feed">Other</source>
  </item>
</channel>
</rss>
"""
# RSS 1.0: items beside the channel, times by Dublin Core.
RSS1 = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://b.example/"><title>B</title><link>https://b.example/</link><dc:language>de</dc:language>
  <dc:creator>Ben</dc:creator><items><rdf:Seq><rdf:li rdf:resource="https://b.example/1"/></rdf:Seq></items></channel>
<item rdf:about="https://b.example/1"><title>Moin</title><link>https://b.example/1</link>
  <description>Schöner Tag</description><dc:date>2026-11-20T12:00+01:00</dc:date></item>
</rdf:RDF>
"""
# Atom, RFC 4287, with the threads of RFC 4685.
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr" xmlns:thr="http://purl.org/syndication/thread/1.0">
<title>C</title><id>tag:c.example,2026:feed</id><author><name>Chloé</name></author><updated>2026-11-20T12:00:00Z</updated>
<entry>
  <id>tag:c.example,2026:1</id><title type="html">Une &lt;b&gt;journée&lt;/b&gt;</title>
  <published>2026-11-20T12:00:00Z</published><updated>2026-11-21T12:00:00Z</updated>
  <content type="xhtml">
    <div xmlns="http://www.w3.org/1999/xhtml"><p>Quelle <em>joie</em> &amp; paix<br/>oui</p></div>
  </content>
  <link rel="enclosure" type="image/jpeg" href="pictures/shirt.jpg"/>
</entry>
<entry xml:lang="en">
  <id>urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a</id><title>a &lt; b</title><updated>2026-11-20T12:00:00Z</updated>
  <author><name>ben</name></author><thr:in-reply-to ref="tag:c.example,2026:1"/><summary>Yes</summary>
</entry>
</feed>
"""


def feed(tmp_path: Path, content: str | bytes, name: str = "feed.xml") -> Path:
    """A feed in a file, with a picture beside it."""
    (tmp_path / "pictures").mkdir(exist_ok=True)
    (tmp_path / "pictures" / "shirt.jpg").write_bytes(drawn_shirt())
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(path: Path, **how: Any) -> tuple[list[Item], list[Broken], tuple[str, ...]]:
    with open_source(str(path), **how) as source:
        found = list(source.items)
        items = [with_fetched(one) for one in found if isinstance(one, Item)]
        return items, [one for one in found if isinstance(one, Broken)], source.notes()


def with_fetched(item: Item) -> Item:
    photos = item.photos()
    return replace(item, fetch=lambda: photos)


def test_rss_2_is_read(tmp_path: Path) -> None:
    (first, second), (broken,), notes = read(feed(tmp_path, RSS2))
    assert first.post.text == "First snow & tea\n\nI cannot stop smiling !\n\nTruly."
    assert (first.post.author_id, first.post.language) == ("Ana", "en-GB")
    assert first.post.created_at.isoformat() == "2026-11-20T11:00:00+00:00"
    assert first.post.id.startswith("https-blog.example-p-7-")
    shirt, gone = first.photos()
    assert isinstance(shirt, Photo)
    assert gone == "the folder holds no gone.png"
    assert (second.post.text, second.post.is_repost) == ("Five > four, plain as day", True)
    assert (broken.position, broken.reason) == ("item 2 (line 23)", "pubDate: missing")
    assert notes == (
        "pictures named by an address and not looked at (nothing is fetched): 1",
        "posts with a time that names no known zone, taken as UTC: 1",
    )


def test_rss_1_is_read(tmp_path: Path) -> None:
    (item,), broken, notes = read(feed(tmp_path, RSS1))
    assert (item.post.text, item.post.language, item.post.author_id) == ("Moin\n\nSchöner Tag", "de", "Ben")
    assert item.post.created_at.isoformat() == "2026-11-20T11:00:00+00:00"
    assert (broken, notes) == ([], ())


def test_atom_is_read(tmp_path: Path) -> None:
    (first, second), broken, _ = read(feed(tmp_path, ATOM))
    assert broken == []
    assert first.post.text == "Une journée\n\nQuelle joie & paix\noui"
    assert first.post.language == "fr"
    assert first.post.author_id.startswith("Chlo-")
    assert first.post.created_at.day == 20
    assert isinstance(first.photos()[0], Photo)
    assert (second.post.text, second.post.language, second.post.author_id) == ("a < b\n\nYes", "en", "ben")
    assert second.post.id == "urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a"
    assert second.post.reply_to == first.post.id


@pytest.mark.parametrize("content", [RSS2, RSS1, ATOM])
def test_a_feed_read_twice_has_the_same_ids_and_they_differ(tmp_path: Path, content: str) -> None:
    first, second = ([one.post.id for one in read(feed(tmp_path, content, name))[0]] for name in ("a.xml", "b.rss"))
    assert first == second
    assert len(set(first)) == len(first)


def rss(*items: str, around: str = "<link>https://a.example</link>") -> str:
    return f"<rss version='2.0'><channel>{around}{''.join(f'<item>{one}</item>' for one in items)}</channel></rss>"


def dated(words: str, date: str = "2026-11-20T12:00:00Z") -> str:
    return f"<description>{words}</description><pubDate>{date}</pubDate>"


def test_an_id_of_one_feed_alone_is_told_apart_from_that_of_another(tmp_path: Path) -> None:
    ids = {
        read(feed(tmp_path, rss(f"<guid>7</guid>{dated('x')}", around=f"<link>https://{name}.example</link>")))[0][
            0
        ].post.id
        for name in "ab"
    }
    assert len(ids) == 2


def test_an_entry_without_any_name_is_known_by_what_it_holds(tmp_path: Path) -> None:
    items, broken, _ = read(feed(tmp_path, rss(dated("one"), dated("two"))))
    assert broken == []
    assert len({one.post.id for one in items}) == 2


def test_a_title_that_only_begins_the_body_is_not_said_twice(tmp_path: Path) -> None:
    item = f"<title>A walk by the river…</title>{dated('A walk by the river and tea')}"
    assert read(feed(tmp_path, rss(item)))[0][0].post.text == "A walk by the river and tea"


@pytest.mark.parametrize(
    ("date", "expected", "zoned"),
    [
        ("Fri, 20 Nov 2026 12:00:00 EST", "2026-11-20T17:00:00+00:00", True),
        ("Fri, 20 Nov 2026 12:00:00 CEST", "2026-11-20T10:00:00+00:00", True),
        ("20 Nov 26 12:00 GMT", "2026-11-20T12:00:00+00:00", True),
        ("2026-11-20T12:00:00.250-05:00", "2026-11-20T17:00:00.250000+00:00", True),
        ("2026-11-20 12:00", "2026-11-20T12:00:00+00:00", False),
        ("Fri, 20 Nov 2026 12:00:00 XYZ", "2026-11-20T12:00:00+00:00", False),
        ("2026-11-20", "2026-11-20T00:00:00+00:00", False),
        ("2026-11", "2026-11-01T00:00:00+00:00", False),
    ],
)
def test_times_are_read_as_feeds_write_them(tmp_path: Path, date: str, expected: str, zoned: bool) -> None:
    (item,), _, notes = read(feed(tmp_path, rss(dated("x", date))))
    assert item.post.created_at.isoformat() == expected
    assert bool(notes) is not zoned


@pytest.mark.parametrize("date", ["yesterday", "0001-01-01T00:00:00+14:00", "32 Nov 2026 12:00:00 GMT", ""])
def test_an_impossible_time_costs_its_entry_alone(tmp_path: Path, date: str) -> None:
    items, (broken,), _ = read(feed(tmp_path, rss(dated("x", date), dated("y"))))
    assert [one.post.text for one in items] == ["y"]
    assert broken.reason.startswith("pubDate: ")


LAUGHS = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>"""
OUTSIDE = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a SYSTEM "{}">]>"""
PARAMETER = """<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY % a SYSTEM "{}"> %a;]>"""


@pytest.mark.parametrize("start", [LAUGHS, OUTSIDE, PARAMETER], ids=["laughs", "outside", "parameter"])
def test_entities_are_refused_where_they_are_declared(tmp_path: Path, start: str) -> None:
    (tmp_path / "secret.txt").write_text("the secret")
    content = start.format(tmp_path / "secret.txt") + rss(dated("&a; &d;" if start is LAUGHS else "&a;"))
    began = time.process_time()
    with pytest.raises(InvalidInput, match="declares an entity") as caught, open_source(str(feed(tmp_path, content))):
        pass
    assert "secret" not in str(caught.value)
    assert time.process_time() - began < 1


def test_a_document_type_outside_is_never_opened(tmp_path: Path) -> None:
    (tmp_path / "rss.dtd").write_text('<!ENTITY a "the secret">')
    content = f'<!DOCTYPE rss SYSTEM "{tmp_path / "rss.dtd"}">' + rss(dated("&a; caf&eacute;&nbsp;&copy;"))
    (item,), _, _ = read(feed(tmp_path, content))
    assert item.post.text == "&a; café ©"


def test_depth_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="one within another"), open_source(str(feed(tmp_path, "<rss>" * 100_000))):
        pass
    deep = rss(dated("x"), dated("<a>" * DEEPEST + "</a>" * DEEPEST))
    items, (broken,), _ = read(feed(tmp_path, deep))
    assert "one within another" in broken.reason
    assert [one.post.text for one in items] == ["x"]


@pytest.mark.parametrize(
    "content", [RSS2.replace("Truly.", "x]]></a>"), RSS2.replace("<title>First snow &amp; tea", "<title>Snow & tea")]
)
def test_an_entry_that_is_not_well_formed_costs_itself_alone(tmp_path: Path, content: str) -> None:
    items, broken, _ = read(feed(tmp_path, content))
    assert [one.post.text for one in items] == ["Five > four, plain as day"]
    assert [one.reason.partition(":")[0] for one in broken] == ["not well formed", "pubDate"]
    assert broken[0].position in {"item 1 (line 16)", "item 1 (line 10)"}
    assert broken[1].position == "item 2 (line 23)"
    assert items[0].post.language == "en-GB"


def test_a_fault_in_rss_1_leaves_the_items_after_it_and_no_false_alarm(tmp_path: Path) -> None:
    one = '<item rdf:about="https://b.example/{0}"><title>t{0}{1}</title><dc:date>2026-11-20</dc:date></item>'
    begin, _, rest = RSS1.partition("<item ")
    content = begin + "".join(one.format(n, "&" if n == 1 else "") for n in range(4)) + "</rdf:RDF>"
    items, broken, _ = read(feed(tmp_path, content))
    assert [item.post.text for item in items] == ["t0", "t2", "t3"]
    assert len(broken) == 1
    assert rest


def test_a_feed_that_is_cut_off_is_read_up_to_the_cut(tmp_path: Path) -> None:
    items, broken, _ = read(feed(tmp_path, RSS2[: RSS2.index("plain as day")]))
    assert len(items) == 1
    assert broken[-1].reason.startswith("not well formed")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (rss(dated("café “x”")).encode("windows-1252"), "declares no encoding"),
        (b"<?xml version='1.0' encoding='utf-8'?>" + rss(dated("café “x”")).encode("windows-1252"), "declared utf-8"),
        (b"<?xml version='1.0' encoding='klingon'?>" + rss(dated("café “x”")).encode(), "declared klingon"),
        (b"<?xml version='1.0' encoding='iso-8859-1'?>" + rss(dated("café “x”")).encode("windows-1252"), None),
        (("<?xml version='1.0' encoding='utf-16'?>" + rss(dated("café “x”"))).encode("utf-16"), None),
        (b"\xef\xbb\xbf" + rss(dated("café “x”")).encode(), None),
        (rss(dated("café “x”")).encode("utf-16-le"), None),
    ],
)
def test_letters_are_right_whatever_was_declared(tmp_path: Path, content: bytes, said: str | None) -> None:
    (item,), _, notes = read(feed(tmp_path, content))
    assert item.post.text == "café “x”"
    assert any(said in note for note in notes) if said else notes == ()


def test_characters_that_xml_forbids_cost_nothing(tmp_path: Path) -> None:
    (item,), broken, _ = read(feed(tmp_path, rss(dated("a\x0bb\x00c"))))
    assert (item.post.text, broken) == ("a b c", [])


@pytest.mark.parametrize(
    "url", ["../secret.jpg", "/etc/hostname", "file:///etc/hostname", "//host/a.jpg", "%2e%2e/secret.jpg"]
)
def test_no_picture_leads_out_of_the_folder(tmp_path: Path, url: str) -> None:
    (tmp_path / "secret.jpg").write_bytes(drawn_shirt())
    (tmp_path / "in").mkdir()
    (item,), _, _ = read(feed(tmp_path / "in", rss(f"{dated('x')}<enclosure url='{url}' type='image/jpeg'/>")))
    assert all("leads out" in str(photo) for photo in item.photos())


def test_the_author_is_the_entrys_else_the_feeds_else_whom_one_names(tmp_path: Path) -> None:
    named = rss(
        f"{dated('x')}<author>ana@mail.example (Ana)</author>",
        dated("y"),
        around="<managingEditor>ed@x.example (Ed)</managingEditor>",
    )
    assert [one.post.author_id for one in read(feed(tmp_path, named), author="me2")[0]] == ["Ana", "Ed"]
    nameless = feed(tmp_path, rss(dated("y")))
    assert read(nameless, author="ana")[0][0].post.author_id == "ana"
    assert read(nameless)[0][0].post.author_id == "me"


def test_what_is_no_feed_is_refused_when_it_is_said_to_be_one(tmp_path: Path) -> None:
    for content in ("<opml/>", "dear diary", "{}"):
        with pytest.raises(InvalidInput, match="is no feed"), open_source(str(feed(tmp_path, content)), form="feed"):
            pass


def test_lines_of_json_that_speak_of_feeds_are_lines_of_json(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text(
        '{"id": "p1", "author_id": "a", "created_at": "2026-11-20T12:00:00Z", "text": "<rss> and <feed>"}\n'
    )
    assert read(path)[0][0].post.text == "<rss> and <feed>"


@given(
    st.text()
    | st.lists(st.sampled_from(["<item>", "</item>", "<a", ">", "&", "&x;", "<!--", "]]>", "<![CDATA[", "x"])).map(
        "".join
    )
)
def test_whatever_stands_in_an_entry_the_next_one_is_read_or_the_fault_is_told(inside: str) -> None:
    with suppress(AdtailorError):
        found = list(read_feed(feed_text(rss(inside, dated("after")).encode("utf-8", "replace")).text, []))
        assert found


@given(st.binary(max_size=300))
def test_any_bytes_are_a_text(raw: bytes) -> None:
    assert "\0" not in feed_text(raw).text
