from hypothesis import given
from hypothesis import strategies as st

from adtailor.cli.inputs.html_text import text_of_html


def test_paragraphs_breaks_and_lists_stay_apart() -> None:
    html = "<p>One<br />two</p><p>three</p><ul><li>a</li><li>b</li></ul>"
    assert text_of_html(html) == "One\ntwo\n\nthree\n\n- a\n- b"


def test_a_mention_reads_as_it_is_shown() -> None:
    html = (
        '<p><span class="h-card"><a href="https://x.example/@ben" class="u-url mention">@<span>ben</span></a></span> hi'
    )
    assert text_of_html(html) == "@ben hi"


def test_a_link_cut_for_show_is_whole_again() -> None:
    html = (
        '<a href="https://example.org/boots/winter"><span class="invisible">https://</span>'
        '<span class="ellipsis">example.org/boots</span><span class="invisible">/winter</span></a>'
    )
    assert text_of_html(html) == "https://example.org/boots/winter"


def test_what_the_author_did_not_write_is_left_out() -> None:
    html = '<p class="quote-inline">RE: <a href="https://x.example/1">x</a></p><p>Mine</p><script>alert(1)</script>'
    assert text_of_html(html) == "Mine"


def test_characters_written_as_entities_come_back() -> None:
    assert text_of_html("<p>Fish &amp; chips &lt;3 &#128031;&nbsp;now</p>") == "Fish & chips <3 🐟 now"


@given(st.text())
def test_whatever_it_is_given_it_answers_without_outer_space(html: str) -> None:
    text = text_of_html(html)
    assert text == text.strip()
    assert "\n\n\n" not in text


@given(st.text(alphabet=st.characters(blacklist_characters="<>&", blacklist_categories=("Cs", "Cc"))))
def test_plain_words_are_kept(words: str) -> None:
    assert text_of_html(f"<p>{words}</p>").split() == words.split()
