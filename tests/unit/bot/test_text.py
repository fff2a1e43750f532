"""Text on its way to Slack: nothing that a customer wrote pings, links or reorders anything."""

import re
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.text import authored, clip, date_token, escape, plain

BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
ZERO_WIDTH = set("\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff")

# Text as an attacker would write it: the pieces that Slack's markup is made of, put together in any order.
PIECES = st.sampled_from(
    [
        *("<", ">", "|", "@", "#", "!", "^", "&", ";", "&lt;", "&gt;", "&amp;", "&amp;lt;", "<!channel>", "<!here|x>"),
        *("<@U0BOSS>", "<@U0BOSS|bo>", "<#C0HELP|help>", "<!subteam^S0SUPPORT>", "<https://evil.example|safe>"),
        *("<!date^1^{date}|x>", "\u202e", "\u200b", "\u2066", "\ufeff", "\ud800", "\udfff", "\x00", "\x1b", "\x9f"),
        *("channel", "here", "U0BOSS", " ", "\n", "\t", "\u0301", "e", "🙂"),
    ]
)
HOSTILE = st.one_of(
    st.text(st.characters(), max_size=60),
    st.lists(st.one_of(PIECES, st.characters()), max_size=25).map("".join),
)


def unseen(text):
    """The characters of a text that nobody sees, or that change what the others look like."""
    return [
        char
        for char in text
        if (unicodedata.category(char) == "Cc" and char not in "\n\t")
        or unicodedata.category(char) == "Cs"
        or unicodedata.bidirectional(char) in BIDI
        or char in ZERO_WIDTH
    ]


@given(HOSTILE)
def test_plain_text_has_nothing_that_cannot_be_seen(text):
    assert unseen(plain(text)) == []


@given(HOSTILE, st.integers(min_value=1, max_value=300))
def test_authored_text_has_no_live_token_and_stays_on_its_line(text, limit):
    fragment = authored(plain(text), limit)
    assert not set(fragment) & set("<>\n\r\u2028\u2029")
    assert re.sub(r"&(?:amp|lt|gt);", "", fragment).count("&") == 0
    assert unseen(fragment) == []


@given(HOSTILE, st.integers(min_value=1, max_value=300))
def test_authored_text_reads_as_at_most_so_many_characters(text, limit):
    fragment = authored(plain(text), limit)
    read = fragment.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert len(read) <= limit


@given(HOSTILE)
def test_plain_text_can_be_sent(text):
    assert plain(text).encode("utf-8").decode("utf-8") == plain(text)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("Fish &amp; chips &lt;now&gt;", "Fish & chips <now>"),
        ("<!channel> help", "@channel help"),
        ("<!here|@here> help", "@here help"),
        ("<!subteam^S0SUPPORT|@support>", "@support"),
        ("<!subteam^S0SUPPORT>", "@subteam"),
        ("<@U0ADA>", "@U0ADA"),
        ("<@U0ADA|ada>", "@ada"),
        ("<#C0HELP|help>", "#help"),
        ("<https://example.com>", "https://example.com"),
        ("<https://example.com|our shop>", "our shop (https://example.com)"),
        ("<https://example.com|https://example.com>", "https://example.com"),
        ("&lt;!channel&gt;", "<!channel>"),
        ("&amp;lt;!channel&amp;gt;", "&lt;!channel&gt;"),
        ("a\u202eb\u200bc", "abc"),
        ("e\u0301", "é"),
        ("  spaces around \n", "spaces around"),
    ],
)
def test_what_slack_sends_is_read_as_a_person_reads_it(sent, read):
    assert plain(sent) == read


def test_what_was_written_as_a_token_is_quoted_harmlessly():
    assert authored(plain("&lt;!channel&gt; <!everyone>"), 80) == "&lt;!channel&gt; @everyone"


def test_the_reserved_characters_are_escaped_once():
    assert escape("<a & b>") == "&lt;a &amp; b&gt;"


@pytest.mark.parametrize(("text", "clipped"), [("abc", "abc"), ("abcd", "ab…"), ("a b cd", "a…"), ("", "")])
def test_a_long_text_ends_in_an_ellipsis(text, clipped):
    assert clip(text, 3) == clipped


def test_a_date_is_everybodys_own_with_utc_for_old_clients():
    assert date_token(datetime(2026, 1, 5, 12, 0, tzinfo=UTC)) == (
        "<!date^1767614400^{date_short_pretty} {time}|2026-01-05 12:00 UTC>"
    )
