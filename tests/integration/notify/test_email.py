"""Alerts by e-mail, handed to a real mail server on loopback."""

from email.message import EmailMessage

import pytest

from bot.errors import BotError
from bot.notify.email import Mailer, mail_server
from bot.notify.letters import Letter, letter
from bot.slack.sending import Accepted, Ambiguous, DestinationDead, NotAccepted, Outcome
from tests.integration.notify.conftest import NOON, Start, Trust, an_alert


async def send(trust: Trust, url: str, written: Letter | None = None) -> Outcome:
    mailer = Mailer(mail_server(url), tls=trust.client)
    return await mailer.send(written or letter("lead@example.com", [an_alert()]), message_id="4f2a", now=NOON)


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    body = message.get_body(preferencelist=(kind,))
    assert body is not None
    return str(body.get_content())


async def test_a_letter_says_what_was_missed_by_when_for_whom_and_where_to_answer(mail: Start, trust: Trust):
    async with mail() as server:
        assert await send(trust, f"smtp://127.0.0.1:{server.port}") == Accepted(channel="", ts="")
    (message,) = server.taken
    assert server.recipients == ["lead@example.com"]
    assert message["To"] == "lead@example.com"
    assert message["Subject"] == "First reply missed: #7 Acme Inc (enterprise)"
    assert text_of(message).splitlines() == [
        "First reply missed: #7 Acme Inc (enterprise)",
        "",
        "First reply missed: #7 Acme Inc (enterprise)",
        "was due 2026-01-12 11:30 UTC (business hours) · urgent · open",
        "> The export is empty",
        "https://northwind.slack.com/archives/C0ACME/p1",
    ]
    assert '<a href="https://northwind.slack.com/archives/C0ACME/p1">Open the thread</a>' in text_of(message, "html")


async def test_the_same_alert_has_the_same_message_id_however_often_it_is_sent(mail: Start, trust: Trust):
    async with mail() as server:
        url = f"smtp://127.0.0.1:{server.port}?from=sla@example.com"
        await send(trust, url)
        await send(trust, url)
    assert [message["Message-ID"] for message in server.taken] == ["<4f2a@example.com>", "<4f2a@example.com>"]
    assert {message["From"] for message in server.taken} == {"Threadline <sla@example.com>"}


async def test_a_storm_is_one_letter_that_names_every_ticket(mail: Start, trust: Trust):
    alerts = [an_alert(number=number, breach=number % 2 == 0) for number in range(1, 9)]
    async with mail() as server:
        await send(trust, f"smtp://127.0.0.1:{server.port}", letter("lead@example.com", alerts))
    (message,) = server.taken
    assert message["Subject"] == "8 alerts about 8 tickets: 4 missed, 4 due soon"
    assert all(f"#{number} Acme Inc" in text_of(message) for number in range(1, 9))


async def test_starttls_is_used_when_the_server_offers_it(mail: Start, trust: Trust):
    async with mail(starttls=True) as server:
        assert isinstance(await send(trust, f"smtp://127.0.0.1:{server.port}"), Accepted)
    assert server.over_tls == [True]


async def test_without_an_offer_the_letter_goes_in_the_clear_unless_starttls_is_required(mail: Start, trust: Trust):
    async with mail() as server:
        assert isinstance(await send(trust, f"smtp://127.0.0.1:{server.port}"), Accepted)
        refused = await send(trust, f"smtp://127.0.0.1:{server.port}?starttls=required")
    assert server.over_tls == [False]
    assert isinstance(refused, NotAccepted)


async def test_smtps_speaks_tls_from_the_first_byte(mail: Start, trust: Trust):
    async with mail(implicit=True) as server:
        assert isinstance(await send(trust, f"smtps://127.0.0.1:{server.port}"), Accepted)
    assert server.over_tls == [True]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(mail: Start, scheme: str):
    async with mail(starttls=scheme == "smtp", implicit=scheme == "smtps") as server:
        mailer = Mailer(mail_server(f"{scheme}://127.0.0.1:{server.port}"))
        outcome = await mailer.send(letter("lead@example.com", [an_alert()]), message_id="4f2a", now=NOON)
    assert isinstance(outcome, NotAccepted)
    assert server.taken == []


async def test_the_bot_signs_in_with_the_name_and_password_of_the_address(mail: Start, trust: Trust):
    async with mail(starttls=True, auth=True) as server:
        outcome = await send(trust, f"smtp://sla%40example.com:pa%3Ass%2Fword@127.0.0.1:{server.port}")
    assert isinstance(outcome, Accepted)
    assert server.signed_in == [b"sla@example.com"]
    assert server.taken[0]["From"] == "Threadline <sla@example.com>"


async def test_a_wrong_password_fails_for_good(mail: Start, trust: Trust):
    async with mail(starttls=True, auth=True) as server:
        outcome = await send(trust, f"smtp://sla%40example.com:guessed@127.0.0.1:{server.port}")
    assert outcome == DestinationDead(reason="the mail server answered 535")


def test_a_password_never_travels_in_the_clear():
    assert mail_server("smtp://sla:secret@mail.example.com").starttls is True
    assert mail_server("smtp://mail.example.com").starttls is None


def test_a_mail_servers_password_is_not_shown():
    assert "secret" not in repr(mail_server("smtp://sla:secret@mail.example.com"))


def test_the_usual_ports_are_used_where_none_is_given():
    assert mail_server("smtp://mail.example.com").port == 587
    assert mail_server("smtps://mail.example.com").port == 465


@pytest.mark.parametrize("url", ["smtp://host?starttls=maybe", "smtp://host?tls=1", "http://host", "smtp://"])
def test_an_address_that_cannot_be_used_is_refused(url: str):
    with pytest.raises(BotError, match="THREADLINE_SMTP_URL"):
        mail_server(url)


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
async def test_what_the_server_refuses_for_good_has_failed(mail: Start, trust: Trust, command: str):
    async with mail() as server:
        server.says[command] = "550 No such user"
        outcome = await send(trust, f"smtp://127.0.0.1:{server.port}")
    assert outcome == DestinationDead(reason="the mail server answered 550")


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
async def test_what_the_server_refuses_for_now_is_tried_again(mail: Start, trust: Trust, command: str):
    async with mail() as server:
        server.says[command] = "451 Greylisted"
        outcome = await send(trust, f"smtp://127.0.0.1:{server.port}")
    assert outcome == NotAccepted(reason="the mail server answered 451")


async def test_when_nobody_listens_the_letter_is_tried_again(mail: Start, trust: Trust):
    async with mail() as server:
        port = server.port
    assert isinstance(await send(trust, f"smtp://127.0.0.1:{port}"), NotAccepted)


async def test_a_connection_lost_after_the_letter_leaves_doubt(mail: Start, trust: Trust):
    async with mail() as server:
        server.drops_after_data = True
        outcome = await send(trust, f"smtp://127.0.0.1:{server.port}")
    assert isinstance(outcome, Ambiguous)
    assert len(server.taken) == 1


async def test_without_a_mail_server_a_letter_fails_and_says_so():
    outcome = await Mailer(None).send(letter("lead@example.com", [an_alert()]), message_id="4f2a", now=NOON)
    assert outcome == DestinationDead(reason="THREADLINE_SMTP_URL is not set")


async def test_a_customers_name_cannot_add_a_header_or_a_tag(mail: Start, trust: Trust):
    hostile = an_alert(
        customer="Eve\r\nBcc: all@example.com\u2028\u202e", text="<script>alert(1)</script>\r\n.\r\nQUIT"
    )
    async with mail() as server:
        outcome = await send(trust, f"smtp://127.0.0.1:{server.port}", letter("lead@example.com", [hostile]))
    assert isinstance(outcome, Accepted)
    (message,) = server.taken
    assert message["Bcc"] is None
    assert message["Subject"] == "First reply missed: #7 Eve Bcc: all@example.com (enterprise)"
    assert server.recipients == ["lead@example.com"]
    assert "<script>" not in text_of(message, "html")


@pytest.mark.parametrize("to", ["lead@example.com\r\nBcc: x@example.com", "lead@example.com, x@example.com", "", "a b"])
async def test_an_address_that_is_more_than_one_address_is_refused(mail: Start, trust: Trust, to: str):
    async with mail() as server:
        outcome = await send(trust, f"smtp://127.0.0.1:{server.port}", letter(to, [an_alert()]))
    assert outcome == DestinationDead(reason="it is not an e-mail address")
    assert server.taken == []
