"""The sandbox's page: what people do with an app, and what they see of its answers."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import expect

from tests.support.browser import OpenPage
from tests.support.pictures import PIXEL
from tests.support.sandbox_page import Desk, choose_from_menu, desk, message, say, writing

__all__ = ["desk"]

pytestmark = pytest.mark.browser

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


CLAIM = {"type": "button", "action_id": "claim", "value": "42", "text": plain("Claim"), "style": "primary"}
PRIORITIES = [{"text": plain("High"), "value": "high"}, {"text": plain("Low"), "value": "low"}]
MENU = {"type": "static_select", "action_id": "priority_menu", "placeholder": plain("Priority"), "options": PRIORITIES}
CARD: list[Json] = [
    {"type": "header", "text": plain("#42 Acme Inc")},
    {
        "type": "rich_text",
        "elements": [{"type": "rich_text_quote", "elements": [{"type": "text", "text": "Down! <@U0BEN> *not bold*"}]}],
    },
    {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Status*  open"}]},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "policy Enterprise"}]},
    {"type": "actions", "block_id": "ticket", "elements": [CLAIM, MENU]},
]
FORM: Json = {
    "type": "modal",
    "callback_id": "priority_form",
    "title": plain("Ticket #42"),
    "submit": plain("Save"),
    "close": plain("Cancel"),
    "blocks": [
        {
            "type": "input",
            "block_id": "priority",
            "label": plain("Priority"),
            "element": {"type": "static_select", "action_id": "v", "options": PRIORITIES},
        },
        {
            "type": "input",
            "block_id": "reason",
            "label": plain("Why"),
            "element": {"type": "plain_text_input", "action_id": "v", "multiline": True},
        },
    ],
}


async def test_clicking_a_button_shows_the_apps_update(desk: Desk, open_page: OpenPage) -> None:
    async def claimed(payload: Json) -> None:
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": f"Claimed by <@{payload['user']['id']}>"}}]
        await desk.app.client.chat_update(
            channel=payload["channel"]["id"], ts=payload["message"]["ts"], text="Claimed", blocks=blocks
        )

    desk.app.on["claim"] = claimed
    await desk.app.client.chat_postMessage(channel="C0TRIAGE", text="#42", blocks=CARD)
    page = (await open_page(desk.address("U0ANNA", "C0TRIAGE"))).page
    await page.get_by_role("button", name="Claim").click()
    await expect(message(page, "Claimed by @Anna Berg")).to_be_visible()
    [click] = [one for one in desk.app.received if one["type"] == "block_actions"]
    assert click["actions"][0]["value"] == "42"


async def test_choosing_in_a_menu_tells_the_app(desk: Desk, open_page: OpenPage) -> None:
    chosen: asyncio.Future[Json] = asyncio.get_running_loop().create_future()

    async def told(payload: Json) -> None:
        chosen.set_result(payload["actions"][0])

    desk.app.on["priority_menu"] = told
    await desk.app.client.chat_postMessage(channel="C0TRIAGE", text="#42", blocks=CARD)
    page = (await open_page(desk.address("U0ANNA", "C0TRIAGE"))).page
    await page.get_by_role("combobox", name="Priority").select_option(label="Low")
    assert (await asyncio.wait_for(chosen, 10))["selected_option"]["value"] == "low"


async def test_a_customers_words_in_a_quote_are_shown_as_they_are(desk: Desk, open_page: OpenPage) -> None:
    await desk.app.client.chat_postMessage(channel="C0TRIAGE", text="#42", blocks=CARD)
    page = (await open_page(desk.address("U0ANNA", "C0TRIAGE"))).page
    quote = page.locator("blockquote")
    await expect(quote).to_have_text("Down! <@U0BEN> *not bold*")
    await expect(quote.locator("strong, .mention")).to_have_count(0)
    await expect(message(page, "#42 Acme Inc").locator(".notified")).to_have_count(0)


async def test_an_outsider_can_click_a_button_but_is_offered_no_command_and_no_shortcut(
    desk: Desk, open_page: OpenPage
) -> None:
    clicked = asyncio.Event()

    async def told(payload: Json) -> None:
        if payload["user"]["id"] == "U0CARL":
            clicked.set()

    desk.app.on["claim"] = told
    await desk.app.client.chat_postMessage(channel="C0ACME", text="#42", blocks=CARD)
    page = (await open_page(desk.address("U0CARL", "C0ACME"))).page
    await page.get_by_role("button", name="Claim").click()
    await asyncio.wait_for(clicked.wait(), 10)

    await message(page, "#42 Acme Inc").hover()
    await message(page, "#42 Acme Inc").get_by_role("button", name="More actions").click()
    await expect(page.get_by_role("menuitem", name="Add reaction")).to_be_visible()
    await expect(page.get_by_role("menuitem", name="Set priority")).to_have_count(0)
    await page.keyboard.press("Escape")
    await writing(page, "Message #acme as Carl Weber").press_sequentially("/s")
    await expect(page.get_by_role("listbox", name="Suggestions")).to_have_count(0)


async def test_a_command_is_answered_for_the_person_who_typed_it_alone(desk: Desk, open_page: OpenPage) -> None:
    async def listed(payload: Json) -> Json:
        return {"response_type": "ephemeral", "text": f"*1 ticket* for {payload['text']}"}

    desk.app.on["/sla"] = listed
    anna = (await open_page(desk.address("U0ANNA", "C0GENERAL"))).page
    ben = (await open_page(desk.address("U0BEN", "C0GENERAL"))).page
    await expect(writing(ben, "Message #general as Ben Okafor")).to_be_visible()
    await say(anna, "Message #general as Anna Berg", "/sla list")

    answer = message(anna, "1 ticket for list")
    await expect(answer).to_contain_text("Only visible to you")
    await expect(answer.locator(".author")).to_have_text("Threadline")
    desk.sandbox.act.post("C0GENERAL", "U0ANNA", "for everybody")
    await expect(message(ben, "for everybody")).to_be_visible()
    await expect(message(ben, "1 ticket")).to_have_count(0)

    await answer.get_by_role("button", name="Dismiss").click()
    await expect(answer).to_have_count(0)


async def test_a_leading_slash_offers_the_commands_there_are(desk: Desk, open_page: OpenPage) -> None:
    page = (await open_page(desk.address("U0ANNA", "C0GENERAL"))).page
    field = writing(page, "Message #general as Anna Berg")
    await field.press_sequentially("/s")
    await expect(page.get_by_role("option")).to_have_text(["/slaThreadline"])
    await field.press("Tab")
    await expect(field).to_have_value("/sla ")


async def test_a_command_in_a_thread_is_refused_and_what_was_typed_is_kept(desk: Desk, open_page: OpenPage) -> None:
    asked = desk.sandbox.act.post("C0ACME", "U0CARL", "Help")
    visit = await open_page(desk.address("U0ANNA", "C0ACME", asked["ts"]))
    await say(visit.page, "Reply in #acme as Anna Berg", "/sla why")
    await expect(visit.page.get_by_role("status")).to_contain_text("/sla is not supported in threads")
    await expect(writing(visit.page, "Reply in #acme as Anna Berg")).to_have_value("/sla why")
    visit.problems.clear()  # Chromium reports the refusal's status, 400


async def test_an_unknown_command_is_refused(desk: Desk, open_page: OpenPage) -> None:
    visit = await open_page(desk.address("U0ANNA", "C0GENERAL"))
    await say(visit.page, "Message #general as Anna Berg", "/nonsense")
    await expect(visit.page.get_by_role("status")).to_contain_text("/nonsense is not a valid command.")
    assert desk.sandbox.read.messages("C0GENERAL") == []
    visit.problems.clear()  # Chromium reports the refusal's status, 400


async def test_a_shortcut_opens_a_form_that_is_filled_and_submitted(desk: Desk, open_page: OpenPage) -> None:
    saved: asyncio.Future[Json] = asyncio.get_running_loop().create_future()

    async def opened(payload: Json) -> None:
        await desk.app.client.views_open(trigger_id=payload["trigger_id"], view=FORM)

    async def submitted(payload: Json) -> Json | None:
        values = payload["view"]["state"]["values"]
        if values["reason"]["v"]["value"] == "because":
            return {"response_action": "errors", "errors": {"reason": "Say more."}}
        saved.set_result(values)
        return None

    desk.app.on |= {"priority": opened, "view_submission": submitted}
    desk.sandbox.act.post("C0ACME", "U0CARL", "The checkout is down")
    page = (await open_page(desk.address("U0ANNA", "C0ACME"))).page
    await choose_from_menu(page, message(page, "The checkout is down"), "Set priority")

    form = page.get_by_role("dialog", name="Ticket #42")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_role("alert")).to_have_count(2)

    await form.get_by_label("Priority").select_option(label="High")
    await form.get_by_role("textbox", name="Why").fill("because")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_role("alert")).to_have_text(["Say more."])
    await expect(form.get_by_role("textbox", name="Why")).to_have_value("because")

    await form.get_by_role("textbox", name="Why").fill("Orders <fail> & money is lost")
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_have_count(0)
    values = await asyncio.wait_for(saved, 10)
    assert values["priority"]["v"]["selected_option"]["value"] == "high"
    assert values["reason"]["v"]["value"] == "Orders <fail> & money is lost"


async def test_a_form_that_the_app_replaces_keeps_what_was_typed(desk: Desk, open_page: OpenPage) -> None:
    async def opened(payload: Json) -> None:
        await desk.app.client.views_open(trigger_id=payload["trigger_id"], view=FORM)

    desk.app.on["/sla"] = opened
    page = (await open_page(desk.address("U0ANNA", "C0GENERAL"))).page
    await say(page, "Message #general as Anna Berg", "/sla priority")
    form = page.get_by_role("dialog", name="Ticket #42")
    await form.get_by_role("textbox", name="Why").fill("half a sen")

    view = desk.sandbox.read.views(user="U0ANNA")[0]
    await desk.app.client.views_update(view_id=view["id"], view={**FORM, "title": plain("Ticket #43")})
    renamed = page.get_by_role("dialog", name="Ticket #43")
    await expect(renamed.get_by_role("textbox", name="Why")).to_have_value("half a sen")

    await page.keyboard.press("Escape")
    await expect(renamed).to_have_count(0)
    assert desk.sandbox.read.views(user="U0ANNA") == []


async def test_after_a_form_is_closed_one_types_on_where_one_was(desk: Desk, open_page: OpenPage) -> None:
    async def opened(payload: Json) -> None:
        await desk.app.client.views_open(trigger_id=payload["trigger_id"], view=FORM)

    desk.app.on["/sla"] = opened
    page = (await open_page(desk.address("U0ANNA", "C0GENERAL"))).page
    await say(page, "Message #general as Anna Berg", "/sla priority")
    await expect(page.get_by_role("textbox", name="Why")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.keyboard.type("Where was I?")
    await expect(writing(page, "Message #general as Anna Berg")).to_have_value("Where was I?")


async def test_a_permalink_leads_to_the_message_on_this_page(desk: Desk, open_page: OpenPage) -> None:
    asked = desk.sandbox.act.post("C0ACME", "U0CARL", "The checkout is down")
    link = await desk.app.client.chat_getPermalink(channel="C0ACME", message_ts=asked["ts"])
    await desk.app.client.chat_postMessage(channel="C0TRIAGE", text=f"<{link['permalink']}|open the thread>")
    page = (await open_page(desk.address("U0ANNA", "C0TRIAGE"))).page
    await page.get_by_role("button", name="open the thread").click()
    await expect(page.get_by_role("log", name="Thread")).to_contain_text("The checkout is down")


async def test_fields_of_one_form_do_not_share_their_choices(desk: Desk, open_page: OpenPage) -> None:
    radios = {"type": "radio_buttons", "action_id": "v", "options": PRIORITIES}
    blocks = [
        {"type": "input", "block_id": name, "label": plain(name), "element": radios} for name in ("Now", "Afterwards")
    ]
    saved: asyncio.Future[Json] = asyncio.get_running_loop().create_future()

    async def opened(payload: Json) -> None:
        await desk.app.client.views_open(trigger_id=payload["trigger_id"], view={**FORM, "blocks": blocks})

    async def submitted(payload: Json) -> None:
        saved.set_result(payload["view"]["state"]["values"])

    desk.app.on |= {"/sla": opened, "view_submission": submitted}
    page = (await open_page(desk.address("U0ANNA", "C0GENERAL"))).page
    await say(page, "Message #general as Anna Berg", "/sla form")
    await page.get_by_role("radiogroup", name="Now").get_by_label("High").check()
    await page.get_by_role("radiogroup", name="Afterwards").get_by_label("Low").check()
    await page.get_by_role("button", name="Save").click()
    values = await asyncio.wait_for(saved, 10)
    assert values["Now"]["v"]["selected_option"]["value"] == "high"
    assert values["Afterwards"]["v"]["selected_option"]["value"] == "low"


async def test_the_apps_home_is_asked_for_and_shown(desk: Desk, open_page: OpenPage) -> None:
    async def published(payload: Json) -> None:
        home = {"type": "home", "blocks": [{"type": "header", "text": plain("Your queue")}, CARD[4]]}
        await desk.app.client.views_publish(user_id=payload["user"], view=home)

    clicked = asyncio.Event()

    async def claimed(payload: Json) -> None:
        if payload["view"]["type"] == "home":
            clicked.set()

    desk.app.on |= {"app_home_opened": published, "claim": claimed}
    page = (await open_page(desk.address("U0ANNA", "C0GENERAL"))).page
    await page.get_by_role("button", name="Threadline").click()
    await expect(page.get_by_role("heading", name="Your queue")).to_be_visible()
    await page.get_by_role("button", name="Claim").click()
    await asyncio.wait_for(clicked.wait(), 10)


@pytest.mark.parametrize(
    ("wanted", "offered"),
    [
        ({}, ["Choose", "#general", "#triage", "#acme", "#escalations"]),
        ({"exclude_external_shared_channels": True}, ["Choose", "#general", "#triage", "#escalations"]),
        ({"include": ["private"]}, ["Choose", "#escalations"]),
    ],
)
async def test_a_menu_of_channels_offers_those_that_its_filter_lets_through(
    desk: Desk, open_page: OpenPage, wanted: Json, offered: list[str]
) -> None:
    desk.sandbox.build.channel("T0HOME", "escalations", id="C0PRIVATE", private=True, members=["U0ANNA"])
    desk.sandbox.build.channel("T0HOME", "salaries", id="C0SECRET", private=True, members=["U0BEN"])
    menu = {"type": "conversations_select", "action_id": "where", "placeholder": plain("Choose")}
    menu |= {"filter": {"include": ["public", "private"], **wanted}}
    home = {"type": "home", "blocks": [{"type": "actions", "elements": [menu]}]}
    await desk.app.client.views_publish(user_id="U0ANNA", view=home)
    visit = await open_page(desk.address("U0ANNA", "A0SLA", "home"))

    choice = visit.page.get_by_role("combobox", name="Choose")

    await expect(choice.locator("option")).to_have_text(offered)


async def test_a_message_from_the_app_alone_is_read_in_its_messages_tab(desk: Desk, open_page: OpenPage) -> None:
    opened = await desk.app.client.conversations_open(users="U0ANNA")
    await desk.app.client.chat_postMessage(channel=opened["channel"]["id"], text="Ticket #42 is yours")
    page = (await open_page(desk.address("U0ANNA", "A0SLA", "messages"))).page
    await expect(message(page, "Ticket #42 is yours")).to_be_visible()
    await expect(page.get_by_role("tab", name="Messages")).to_have_attribute("aria-selected", "true")


async def test_a_person_is_told_when_the_app_fails(desk: Desk, open_page: OpenPage) -> None:
    await desk.app.client.chat_postMessage(channel="C0TRIAGE", text="#42", blocks=CARD)
    await desk.app.stop()
    page = (await open_page(desk.address("U0ANNA", "C0TRIAGE"))).page
    await page.get_by_role("button", name="Claim").click()
    await expect(page.get_by_role("status")).to_contain_text("The app could not be reached")
    await expect(page.get_by_role("button", name="Claim")).to_be_enabled()


async def test_a_picture_that_an_app_shares_with_somebody_is_shown_to_them(desk: Desk, open_page: OpenPage) -> None:
    opened = await desk.app.client.conversations_open(users="U0ANNA")
    channel = opened["channel"]["id"]
    shown = {"title": "Promises met and missed", "alt_txt": "15 of 20 met", "initial_comment": "15 of 20 met: 75.0 %"}
    await desk.app.client.files_upload_v2(channel=channel, filename="report.png", content=PIXEL, **shown)
    page = (await open_page(desk.address("U0ANNA", channel))).page

    picture = message(page, "15 of 20 met: 75.0 %").get_by_role("img", name="15 of 20 met")
    await expect(picture).to_be_visible()
    await expect(message(page, "15 of 20 met: 75.0 %").get_by_text("Promises met and missed")).to_be_visible()
    assert await picture.evaluate("async (one) => { await one.decode(); return one.naturalWidth; }") == 1
