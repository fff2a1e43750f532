"""Messages that only say thanks: a customer who writes "great, thanks :+1:" after a reply waits for nothing.

The rule is conservative, for a clock that runs in vain costs less than a question that nobody answers. What it knows is
taken out of the text, and then nothing but commas, dots and exclamation marks may be left: so a question mark, a digit,
a link, a mention, code, a "but", or any other word it does not know makes the message one that wants an answer.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.errors import SlaError

LONGEST_AFTER_REPLY = timedelta(days=1)

_LONGEST = 200  # nobody says thanks at such length, and a whole log file need not be looked through
_LEFT_OVER = " .,!¡-\N{EN DASH}—*_。、"  # asterisks and underscores are Slack's bold and italics
_TRAILING_OFF = re.compile(r"\.\s*\.|,\s*,")  # "thanks..." leaves something unsaid

# Each word as people write it; accents, case and the width of letters make no difference.
_ENGLISH = (
    "thank you", "thank u", "thanks", "thankyou", "thx", "thnx", "thanx", "tks", "ty", "tysm", "tyvm", "cheers",
    "much appreciated", "i appreciate it", "really appreciate it", "appreciated",
)  # fmt: skip
_HOW_MUCH = (
    "so much", "very much", "a lot", "a ton", "a bunch", "a million", "a thousand", "lots", "again", "indeed", "mate",
    "all", "everyone", "everybody", "team", "guys", "folks", "both", "so very much", "ever so much",
)  # fmt: skip
_WHAT_FOR = re.compile(
    r"for (?:all |all of )?(?:the|your|that|this)(?: (?:super|very|really|so))?"
    r"(?: (?:quick|fast|prompt|speedy|swift|kind|great|awesome|amazing|excellent|timely))?"
    r" (?:help|support|assistance|reply|replies|response|responses|answer|answers|explanation|clarification|update|info"
    r"|information|feedback|fix|effort|time|patience|turnaround)"
).pattern
_MANY = ("many", "many many", "big", "huge", "a thousand", "a million")
_PRAISE = (
    "perfect", "great", "awesome", "excellent", "brilliant", "wonderful", "fantastic", "amazing", "super", "superb",
    "nice", "lovely", "cool", "great stuff", "well done", "good job", "great job", "nice work", "great work",
    "you rock", "you are the best", "you're the best", "kudos", "yay", "woohoo", "hooray",
)  # fmt: skip
_ELSEWHERE = (
    # German
    "danke", "danke schön", "dankeschön", "danke sehr", "danke dir", "danke euch", "danke ihnen", "danke vielmals",
    "danke für die hilfe", "danke für die schnelle hilfe", "danke für die schnelle antwort", "vielen dank",
    "vielen herzlichen dank", "vielen lieben dank", "vielen dank für die hilfe", "vielen dank für die schnelle hilfe",
    "vielen dank für die schnelle antwort", "besten dank", "herzlichen dank", "lieben dank", "tausend dank", "merci",
    "perfekt", "prima", "klasse", "toll", "wunderbar", "großartig",
    # French
    "merci beaucoup", "merci bien", "merci infiniment", "merci à vous", "merci à toi", "merci à tous", "un grand merci",
    "mille mercis", "parfait", "génial", "merci pour votre aide", "merci pour ton aide",
    # Spanish, Portuguese and Italian
    "gracias", "muchas gracias", "muchísimas gracias", "mil gracias", "gracias a todos", "perfecto", "genial",
    "excelente", "obrigado", "obrigada", "muito obrigado", "muito obrigada", "perfeito", "ótimo", "valeu", "grazie",
    "grazie mille", "mille grazie", "molte grazie", "grazie a tutti", "perfetto", "ottimo",
    # Dutch and the North
    "bedankt", "hartelijk bedankt", "heel erg bedankt", "dank je", "dank je wel", "dankjewel", "dank u", "dank u wel",
    "dankuwel", "hartelijk dank", "tack", "tack så mycket", "stort tack", "tak", "mange tak", "tusind tak", "takk",
    "mange takk", "tusen takk", "kiitos", "kiitos paljon",
    # The East of Europe, and Turkish
    "dziękuję", "dziękuję bardzo", "bardzo dziękuję", "dzięki", "wielkie dzięki", "děkuji", "díky", "ďakujem",
    "köszönöm", "köszi", "mulțumesc", "спасибо", "большое спасибо", "спасибо большое", "дякую", "щиро дякую",
    "teşekkürler", "teşekkür ederim", "çok teşekkürler", "sağ olun", "sağolun",
    # Further away
    "ありがとう", "ありがとうございます", "ありがとうございました", "谢谢", "谢谢你", "谢谢您", "多谢", "謝謝",
    "감사합니다", "고맙습니다", "고마워요", "धन्यवाद", "terima kasih", "cảm ơn", "תודה", "תודה רבה", "شكرا",
    "شكرا جزيلا",
)  # fmt: skip
_ALONGSIDE = (
    "ok", "okay", "k", "alright", "all right", "ah", "aha", "oh", "wow", "i see", "makes sense", "got it", "gotcha",
    "understood", "noted", "hi", "hello", "hey", "hi all", "have a nice day", "have a great day", "have a good day",
    "have a great weekend", "have a nice weekend", "have a good weekend", "alles klar", "d'accord", "ça marche", "vale",
)  # fmt: skip

_HAPPY_NAMES = (
    r"\+1|thumbsup(?:_all)?|raised_hands|clap|tada|confetti_ball|partying?_?face|partyparrot|party_parrot|parrot"
    r"|heart(?:_eyes|s)?|(?:blue|green|yellow|purple|orange|black|white|sparkling)_heart|star-struck|star2?|sparkles|100"
    r"|muscle|rocket|ok_hand|smile|smiley|grinning|grin|blush|hugging_face|hugs|bouquet|trophy|medal|first_place_medal"
    r"|fire|champagne|clinking_glasses|beers?|bow|man-bowing|woman-bowing|person_bowing|thank-?_?(?:you|u)|thanks|thx|ty"
    r"|danke|merci|smiling_face_with_3_hearts|smiling_face_with_three_hearts|relaxed|sunglasses|handshake|dancer|kissing_heart"
)
# Folded hands plead as often as they thank, and a small smile comes with anything.
_NEUTRAL_NAMES = (
    r"pray|slightly_smiling_face|simple_smile|wink|wave|white_check_mark|heavy_check_mark|check|ok|sweat_smile"
)
_HAPPY_SIGNS = "👍🙌👏🎉🎊🥳❤♥😍💙💚💛💜🧡🖤🤍💖🤩⭐🌟✨💯💪🚀👌😄😃😀😁😊🤗💐🏆🏅🥇🔥🍾🥂🍺🍻🙇🥰☺😎🤝💃😘"
_NEUTRAL_SIGNS = "🙏🙂😉👋✅✔😅"
_SKIN = r"(?::skin-tone-[2-6]:|[🏻-🏿])?(?:\u200d?[♀♂])?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pleasantry:
    """A message that needs no reply.

    Attributes:
        explanation: Why it needs none, as the end of a sentence: "says only thanks, 3 min after a reply".
    """

    explanation: str


def pleasantry(text: str, at: datetime, last_reply_at: datetime | None) -> Pleasantry | None:
    """Tell whether a customer's message only says thanks for a reply, so that nobody has to answer it.

    Args:
        text: The message as plain text, emoji as Slack's names (":tada:") or as Unicode.
        at: When it was written.
        last_reply_at: When the reply before it was written; None when there was none.

    Returns:
        None unless the message says nothing else, and comes after a reply and within a day of it, that day's last
        instant included.

    Raises:
        SlaError: When an instant has no time zone.
    """
    if last_reply_at is None:
        return None
    if at.tzinfo is None or last_reply_at.tzinfo is None:
        raise SlaError("An instant has no time zone; only an aware datetime names one.")
    after = at - last_reply_at
    if not timedelta() < after <= LONGEST_AFTER_REPLY:
        return None
    says = _what_it_says(text)
    return Pleasantry(explanation=f"{says}, {_roughly(after)} after a reply") if says else None


def _what_it_says(text: str) -> str | None:
    """Return what a message says if that is nothing but thanks."""
    if len(text) > _LONGEST:
        return None
    rest = _plain(text)
    if _TRAILING_OFF.search(rest):
        return None
    # What is taken out leaves a mark behind, lest what stood around it becomes a phrase.
    rest, happy = _HAPPY.subn("!", rest)
    rest = _NEUTRAL.sub("!", rest)
    rest, thanks = _THANKS.subn("!", rest)
    rest = _COMPANIONS.sub("!", rest)
    if rest.strip(_LEFT_OVER) or not (happy or thanks):
        return None
    return "says only thanks" if thanks else "is only emoji"


def _plain(text: str) -> str:
    """Return a text without accents, case, widths of letters, variation selectors and kinds of blank and apostrophe."""
    decomposed = unicodedata.normalize("NFKD", text).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    kept = "".join(character for character in decomposed if unicodedata.category(character) != "Mn")
    return " ".join(kept.casefold().split())


def _any_of(phrases: Iterable[str]) -> str:
    """Return the pattern of any of some phrases, each as long as it gets."""
    return "|".join(sorted((re.escape(_plain(phrase)) for phrase in phrases), key=len, reverse=True))


def _whole(pattern: str) -> re.Pattern[str]:
    """Return a pattern that takes out whole words only."""
    return re.compile(rf"(?<![^\W_])(?:{pattern})(?![^\W_]|')")


_HAPPY = re.compile(rf":(?:{_HAPPY_NAMES}):{_SKIN}|[{_HAPPY_SIGNS}]{_SKIN}|(?<!\S)(?::-?[)D]|<3)(?!\S)", re.IGNORECASE)
_NEUTRAL = re.compile(rf":(?:{_NEUTRAL_NAMES}):{_SKIN}|[{_NEUTRAL_SIGNS}]{_SKIN}|(?<!\S);-?\)(?!\S)")
_THANKS = _whole(
    rf"(?:(?:{_any_of(_MANY)}) )?(?:{_any_of(_ENGLISH)})(?: (?:{_any_of(_HOW_MUCH)}))*(?: {_WHAT_FOR})?"
    rf"|{_any_of(_PRAISE)}|{_any_of(_ELSEWHERE)}"
)
_COMPANIONS = _whole(_any_of(_ALONGSIDE))


def _roughly(duration: timedelta) -> str:
    """Return a duration of up to a day in its largest unit, rounded down: "40 s", "3 min", "5 h"."""
    seconds = duration // timedelta(seconds=1)
    if seconds < 60:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 3_600 else f"{seconds // 3_600} h"
