"""Whether a customer's message only says thanks. A mistake in one direction costs a clock, in the other a customer."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.errors import SlaError
from sla.pleasantries import pleasantry

REPLY = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)

THANKS = (
    "thanks!",
    "Thanks :)",
    "THANK YOU!!!",
    "thank you so much",
    "great, thanks :+1:",
    "ok, thanks",
    "Got it. Thank you!",
    "*Thanks!*",
    "thanks \N{PERSON WITH FOLDED HANDS}",
    "thanks :pray::skin-tone-3:",
    "Thanks a lot for your help!",
    "thanks for the quick response",
    "many thanks all",
    "perfect",
    "Thank\nyou",
    "you\N{RIGHT SINGLE QUOTATION MARK}re the best",
    "danke",
    "Danke schön!",
    "VIELEN DANK für die schnelle Hilfe",
    "merci",
    "¡Muchas gracias!",
    "mille grazie",
    "Obrigada!",
    "tack så mycket",
    "dank je wel",
    "Dziękuję bardzo",
    "большое спасибо",
    "Teşekkürler",
    "ありがとうございます",
    "谢谢你",
    "감사합니다",
    "धन्यवाद",
    "شكرا",
)
EMOJI_ONLY = (
    ":tada:",
    ":+1::skin-tone-4:",
    ":tada: :tada:!",
    "🎉",
    "👍🏽",
    "❤️",
    "🙇‍♂️",
    "<3",
    ":D",
)
WANTS_AN_ANSWER = (
    "thanks?",
    "Is it fixed, thanks",
    "thanks, but it is still broken",
    "thanks, still waiting",
    "no thanks",
    "not great",
    "yes, thanks",
    "thanks in advance",
    "help, thanks",
    "thanks 2",
    "thanks https://example.com/log",
    "thanks example.com",
    "thanks @ana",
    "@ana thanks",
    "thanks <@U1>",
    "thanks <!channel>",
    "thanks #support",
    "`thanks`",
    "```thanks```",
    "~thanks~",
    "> thanks",
    '"thanks"',
    "thanks...",
    "thanks…",
    "thanks;",
    "thanks for nothing",
    "thanks for your patience while",
    "thanks'nt",
    "perfect storm",
    "super slow",
    "thanksgiving",
    "谢谢但是",
    "danke, geht nicht",
    ":+1: :-1:",
    "👍👎",
    ":question:",
    "❓",
    "thanks؟",
    "thanks\N{FULLWIDTH QUESTION MARK}",
    ":eyes:",
    "thanks :sos:",
)
SAYS_NOTHING_OF_THANKS = ("", "   ", "!", "...", "ok", "hello", "got it", "🙏", ":pray:", ":wink:", ";)", "help")


def says(text: str, *, after: timedelta = timedelta(minutes=3)) -> str | None:
    found = pleasantry(text, REPLY + after, REPLY)
    return found and found.explanation


@pytest.mark.parametrize("text", THANKS)
def test_a_message_that_only_says_thanks_needs_no_reply(text: str):
    assert says(text) == "says only thanks, 3 min after a reply"


@pytest.mark.parametrize("text", EMOJI_ONLY)
def test_a_message_of_happy_emoji_needs_no_reply(text: str):
    assert says(text) == "is only emoji, 3 min after a reply"


@pytest.mark.parametrize("text", WANTS_AN_ANSWER)
def test_a_message_that_says_anything_else_wants_an_answer(text: str):
    assert says(text) is None


@pytest.mark.parametrize("text", SAYS_NOTHING_OF_THANKS)
def test_a_message_without_thanks_wants_an_answer(text: str):
    assert says(text) is None


def test_a_long_message_wants_an_answer_whatever_it_says():
    assert says("thanks " * 20) is not None
    assert says("thanks " * 40) is None


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (timedelta(microseconds=1), "0 s"),
        (timedelta(seconds=59.9), "59 s"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=23, minutes=59), "23 h"),
        (timedelta(days=1), "24 h"),
    ],
)
def test_the_explanation_tells_how_long_after_the_reply_it_came(after: timedelta, told: str):
    assert says("thanks", after=after) == f"says only thanks, {told} after a reply"


@pytest.mark.parametrize(
    "after", [timedelta(days=1, microseconds=1), timedelta(days=30), timedelta(), timedelta(seconds=-1)]
)
def test_thanks_that_do_not_follow_a_reply_within_a_day_want_an_answer(after: timedelta):
    assert says("thanks", after=after) is None


def test_thanks_before_any_reply_want_an_answer():
    assert pleasantry("thanks", REPLY, None) is None


def test_instants_in_other_time_zones_are_the_same_instants():
    india = timezone(timedelta(hours=5, minutes=30))
    found = pleasantry("thanks", (REPLY + timedelta(minutes=2)).astimezone(india), REPLY)
    assert found is not None
    assert found.explanation == "says only thanks, 2 min after a reply"


@pytest.mark.parametrize(
    ("at", "last_reply_at"),
    [(REPLY.replace(tzinfo=None), REPLY), (REPLY, REPLY.replace(tzinfo=None)), (REPLY.replace(tzinfo=None),) * 2],
)
def test_an_instant_without_a_time_zone_is_refused(at: datetime, last_reply_at: datetime):
    with pytest.raises(SlaError, match="no time zone"):
        pleasantry("thanks", at, last_reply_at)


thanks = st.lists(st.sampled_from(THANKS + EMOJI_ONLY), min_size=1, max_size=4).map(" ".join)
MORE = """
but still not no please yes why error broken again? help when login fails now invoice urgent asap anyone production
down aber nicht noch bitte mais encore pero todavía ancora però maar niet ale nie но ещё не но почему ama hala でも まだ
但是 还是 하지만 아직 لكن אבל ana @ana nothing in advance wait stop cancel refund password U12345 404 v2 www.example.com
""".split()  # noqa: SIM905 - words read best as words
# Letters that begin like nothing which says thanks.
words = st.sampled_from(MORE) | st.text("abcdefghij", max_size=8).map("zq".__add__)


@given(thanks)
def test_any_thanks_one_after_another_are_still_only_thanks(text: str):
    assert says(text) is not None


@given(thanks, st.integers(0, 80), st.sampled_from("?？؟¿⁇⁈⁉❓՞"))  # noqa: RUF001 - question marks of many scripts
def test_a_question_mark_anywhere_wants_an_answer(text: str, place: int, mark: str):
    assert says(text[:place] + mark + text[place:]) is None


@given(thanks, st.integers(0, 80), st.sampled_from("0123456789٣②"))
def test_a_digit_between_thanks_wants_an_answer(text: str, place: int, digit: str):
    assert says(" ".join((text[:place], digit, text[place:]))) is None


@given(thanks, words, st.sampled_from(("{0} {1}", "{1} {0}", "{0}, {1}!", "{0} `{1}`", "{0} @{1}", "{0}\n{1}")))
def test_a_word_that_is_not_thanks_wants_an_answer(text: str, word: str, order: str):
    assert says(order.format(text, word)) is None


@given(st.text(max_size=60))
def test_any_text_gets_an_answer_without_an_error(text: str):
    assert says(text) in {None, "says only thanks, 3 min after a reply", "is only emoji, 3 min after a reply"}


@pytest.mark.parametrize("repeated", ["thank you ", "danke ", ":+1:", "so much ", "a", "::", "\n", "👍"])
def test_hostile_repetition_takes_no_time(repeated: str):
    assert says(repeated * 100_000) is None
