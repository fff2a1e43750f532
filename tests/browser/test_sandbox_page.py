"""The sandbox's page: what people read and write in it."""

import pytest
from playwright.async_api import expect

from tests.support.browser import OpenPage
from tests.support.sandbox_page import Desk, choose_from_menu, desk, message, say, writing

__all__ = ["desk"]

pytestmark = pytest.mark.browser


async def test_a_person_reads_a_channel_and_a_thread_in_it(desk: Desk, open_page: OpenPage) -> None:
    asked = desk.sandbox.act.post("C0ACME", "U0CARL", "The checkout is *down*")
    desk.sandbox.act.post("C0ACME", "U0ANNA", "I am on it", thread_ts=asked["ts"])
    page = (await open_page(desk.address("U0ANNA", "C0ACME"))).page

    parent = message(page, "The checkout is down")
    await expect(parent.locator("strong")).to_have_text("down")
    await expect(parent.locator(".author")).to_have_text("Carl Weber")
    await expect(message(page, "I am on it")).to_have_count(0)

    await parent.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("log", name="Thread")
    await expect(thread.locator("article.message")).to_have_count(2)
    await expect(thread).to_contain_text("I am on it")


async def test_a_person_posts_and_somebody_else_sees_it_at_once(desk: Desk, open_page: OpenPage) -> None:
    anna = (await open_page(desk.address("U0ANNA", "C0ACME"))).page
    carl = (await open_page(desk.address("U0CARL", "C0ACME"))).page
    await expect(writing(carl, "Message #acme as Carl Weber")).to_be_visible()

    await say(anna, "Message #acme as Anna Berg", "Hello Carl, 2 < 3 & so on")

    await expect(message(carl, "Hello Carl, 2 < 3 & so on")).to_be_visible()
    assert [one["text"] for one in desk.sandbox.read.messages("C0ACME")] == ["Hello Carl, 2 &lt; 3 &amp; so on"]


async def test_a_person_changes_who_acts_and_posts_as_them(desk: Desk, open_page: OpenPage) -> None:
    page = (await open_page(desk.address("U0ANNA", "C0ACME"))).page
    await page.get_by_role("button", name="Acting as Anna Berg").click()
    await page.get_by_role("button", name="Carl Weber").click()
    await expect(page.get_by_role("heading", name="Acme Inc")).to_be_visible()

    await say(page, "Message #acme as Carl Weber", "It is me")
    await expect(message(page, "It is me")).to_be_visible()
    assert desk.sandbox.read.messages("C0ACME")[0]["user"] == "U0CARL"


async def test_people_of_another_company_and_apps_are_marked(desk: Desk, open_page: OpenPage) -> None:
    desk.sandbox.act.post("C0ACME", "U0CARL", "From outside")
    await desk.app.client.chat_postMessage(channel="C0ACME", text="From a bot")
    page = (await open_page(desk.address("U0ANNA", "C0ACME"))).page
    await expect(message(page, "From outside").locator(".badge")).to_have_text("EXT")
    await expect(message(page, "From a bot").locator(".badge")).to_have_text("APP")
    await expect(page.locator(".pane-head")).to_contain_text("shared with Acme Inc")


async def test_a_message_says_whom_it_notified(desk: Desk, open_page: OpenPage) -> None:
    desk.sandbox.act.post("C0TRIAGE", "U0ANNA", "Who takes this, @support?")
    desk.sandbox.act.post("C0TRIAGE", "U0ANNA", "Nobody in particular")
    page = (await open_page(desk.address("U0ANNA", "C0TRIAGE"))).page
    await expect(message(page, "Who takes this").locator(".notified")).to_have_text("notified: Ben Okafor")
    await expect(message(page, "Nobody in particular").locator(".notified")).to_have_count(0)


async def test_a_channel_with_something_new_is_marked_until_it_is_read(desk: Desk, open_page: OpenPage) -> None:
    page = (await open_page(desk.address("U0BEN", "C0GENERAL"))).page
    await expect(page.get_by_role("button", name="acme", exact=True)).to_be_visible()

    desk.clock.advance(1)
    desk.sandbox.act.post("C0ACME", "U0CARL", "Anybody there?")
    await expect(page.get_by_role("button", name="acme, 1 unread")).to_be_visible()
    desk.sandbox.act.post("C0ACME", "U0ANNA", "@ben please")
    await page.get_by_role("button", name="acme, 1 notified").click()

    await expect(page.locator(".new-line")).to_have_text("New")
    await expect(page.get_by_role("button", name="acme", exact=True)).to_be_visible()


async def test_a_name_or_message_that_looks_like_markup_stays_text(desk: Desk, open_page: OpenPage) -> None:
    name = "<img src=x onerror=alert(1)>"
    desk.sandbox.build.user("T0ACME", "mallory", id="U0MALLORY", real_name=name)
    desk.sandbox.act.post("C0ACME", "U0MALLORY", "<script>document.title='owned'</script> <a href='javascript:1'>x</a>")
    await desk.app.client.chat_postMessage(
        channel="C0ACME", text="x", blocks=[{"type": "header", "text": {"type": "plain_text", "text": "<b>bold</b>"}}]
    )
    page = (await open_page(desk.address("U0ANNA", "C0ACME"))).page

    await expect(message(page, "document.title='owned'").locator(".author")).to_have_text(name)
    await expect(page.get_by_role("heading", name="<b>bold</b>")).to_be_visible()
    assert await page.locator("#app img, #app script, #app b").count() == 0
    assert await page.locator("#app a").count() == 0
    assert "owned" not in await page.title()


async def test_a_link_that_would_run_a_script_is_no_link(desk: Desk, open_page: OpenPage) -> None:
    await desk.app.client.chat_postMessage(
        channel="C0ACME",
        text="x",
        blocks=[
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [{"type": "link", "url": "javascript:alert(1)", "text": "run"}],
                    }
                ],
            }
        ],
    )
    page = (await open_page(desk.address("U0ANNA", "C0ACME"))).page
    await expect(message(page, "run")).to_be_visible()
    assert await page.locator("#main a").count() == 0


async def test_a_deadline_is_shown_in_the_readers_own_time_zone(desk: Desk, open_page: OpenPage) -> None:
    token = "<!date^1795190400^{date_short_pretty} {time}|fallback>"
    await desk.app.client.chat_postMessage(channel="C0TRIAGE", text=f"Due {token}")
    berlin = (await open_page(desk.address("U0ANNA", "C0TRIAGE"), timezone_id="Europe/Berlin")).page
    tokyo = (await open_page(desk.address("U0ANNA", "C0TRIAGE"), timezone_id="Asia/Tokyo")).page
    await expect(message(berlin, "Due today 17:00")).to_be_visible()
    await expect(message(tokyo, "Due tomorrow 01:00")).to_be_visible()


async def test_a_person_edits_and_deletes_what_they_wrote(desk: Desk, open_page: OpenPage) -> None:
    desk.sandbox.act.post("C0GENERAL", "U0ANNA", "Good mourning")
    desk.sandbox.act.post("C0GENERAL", "U0BEN", "Hello")
    page = (await open_page(desk.address("U0ANNA", "C0GENERAL"))).page

    await choose_from_menu(page, message(page, "Good mourning"), "Edit message")
    field = page.get_by_role("textbox", name="Edit message")
    await expect(field).to_have_value("Good mourning")
    await field.fill("Good morning")
    await field.press("Enter")
    await expect(message(page, "Good morning")).to_contain_text("(edited)")

    await choose_from_menu(page, message(page, "Good morning"), "Delete message")
    await page.get_by_role("button", name="Delete").click()
    await expect(message(page, "Good morning")).to_have_count(0)
    assert [one["text"] for one in desk.sandbox.read.messages("C0GENERAL")] == ["Hello"]


async def test_a_person_is_not_offered_to_edit_what_others_wrote(desk: Desk, open_page: OpenPage) -> None:
    desk.sandbox.act.post("C0GENERAL", "U0BEN", "Hello")
    page = (await open_page(desk.address("U0ANNA", "C0GENERAL"))).page
    await message(page, "Hello").hover()
    await message(page, "Hello").get_by_role("button", name="More actions").click()
    await expect(page.get_by_role("menuitem", name="Add reaction")).to_be_visible()
    await expect(page.get_by_role("menuitem", name="Edit message")).to_have_count(0)
    await expect(page.get_by_role("menuitem", name="Delete message")).to_have_count(0)


async def test_a_reaction_is_added_and_taken_back(desk: Desk, open_page: OpenPage) -> None:
    posted = desk.sandbox.act.post("C0ACME", "U0CARL", "It is broken")
    page = (await open_page(desk.address("U0ANNA", "C0ACME"))).page
    await message(page, "It is broken").hover()
    await message(page, "It is broken").get_by_role("button", name="React with eyes").click()
    pill = page.get_by_role("button", name="eyes, 1: Anna Berg")
    await expect(pill).to_have_attribute("aria-pressed", "true")
    assert desk.sandbox.read.message("C0ACME", posted["ts"])["reactions"][0]["name"] == "eyes"

    await pill.click()
    await expect(pill).to_have_count(0)


async def test_any_emoji_can_be_named_as_a_reaction(desk: Desk, open_page: OpenPage) -> None:
    desk.sandbox.act.post("C0ACME", "U0CARL", "It is broken")
    page = (await open_page(desk.address("U0ANNA", "C0ACME"))).page
    await choose_from_menu(page, message(page, "It is broken"), "Add reaction")
    await page.get_by_label("Emoji name").fill(":our_own_logo:")
    await page.get_by_label("Emoji name").press("Enter")
    await expect(page.get_by_role("button", name="our_own_logo, 1: Anna Berg")).to_be_visible()


async def test_a_reply_can_also_be_sent_to_the_channel(desk: Desk, open_page: OpenPage) -> None:
    asked = desk.sandbox.act.post("C0ACME", "U0CARL", "When?")
    page = (await open_page(desk.address("U0ANNA", "C0ACME", asked["ts"]))).page
    await page.get_by_label("Also send to #acme").check()
    await say(page, "Reply in #acme as Anna Berg", "At noon")
    await expect(message(page, "At noon")).to_contain_text("replied to")
    assert desk.sandbox.read.messages("C0ACME")[1]["subtype"] == "thread_broadcast"


async def test_typing_a_name_offers_the_people_of_the_channel(desk: Desk, open_page: OpenPage) -> None:
    page = (await open_page(desk.address("U0ANNA", "C0ACME"))).page
    field = writing(page, "Message #acme as Anna Berg")
    await field.press_sequentially("Hello @ca")
    await expect(page.get_by_role("option")).to_have_text(["Carl Weber@carl · Acme Inc"])
    await field.press("Enter")
    await expect(field).to_have_value("Hello @carl ")
    await field.press("Enter")
    await expect(message(page, "Hello @Carl Weber").locator(".notified")).to_have_text("notified: Carl Weber")


async def test_a_direct_message_reaches_the_other_person(desk: Desk, open_page: OpenPage) -> None:
    page = (await open_page(desk.address("U0ANNA", "C0GENERAL"))).page
    await page.get_by_role("button", name="New direct message").click()
    await page.get_by_role("button", name="Ben Okafor").click()
    await say(page, "Message Ben Okafor as Anna Berg", "Coffee?")
    await expect(message(page, "Coffee?")).to_contain_text("notified: Ben Okafor")

    ben = (await open_page(desk.address("U0BEN", "C0GENERAL"))).page
    await ben.get_by_role("button", name="Anna Berg", exact=True).click()
    await expect(message(ben, "Coffee?")).to_be_visible()


async def test_somebody_outside_a_private_conversation_cannot_read_it(desk: Desk, open_page: OpenPage) -> None:
    channel = desk.sandbox.channels.open_direct(["U0ANNA", "U0BEN"])["id"]
    desk.sandbox.act.post(channel, "U0ANNA", "Between us")
    page = (await open_page(desk.address("U0CARL", channel))).page
    await expect(page.get_by_text("Carl Weber cannot see this conversation.")).to_be_visible()
    await expect(page.get_by_text("Between us")).to_have_count(0)


async def test_a_deleted_question_with_replies_leaves_a_tombstone(desk: Desk, open_page: OpenPage) -> None:
    asked = desk.sandbox.act.post("C0ACME", "U0CARL", "Never mind")
    desk.sandbox.act.post("C0ACME", "U0ANNA", "Too late", thread_ts=asked["ts"])
    page = (await open_page(desk.address("U0ANNA", "C0ACME"))).page
    await expect(message(page, "Never mind")).to_be_visible()
    desk.sandbox.act.delete("C0ACME", "U0CARL", asked["ts"])
    await expect(message(page, "This message was deleted.").get_by_role("button", name="1 reply")).to_be_visible()


async def test_the_sandboxs_own_time_is_shown(desk: Desk, open_page: OpenPage) -> None:
    page = (await open_page(desk.address("U0ANNA", "C0GENERAL"))).page
    await expect(page.locator("#sandbox-time")).to_have_text("Fri 20 Nov, 10:00:00")
    desk.clock.advance(3_600)
    await expect(page.locator("#sandbox-time")).to_have_text("Fri 20 Nov, 11:00:00")


async def test_what_happened_while_the_connection_was_lost_is_caught_up(desk: Desk, open_page: OpenPage) -> None:
    page = (await open_page(desk.address("U0ANNA", "C0GENERAL"))).page
    await expect(page.locator(".sandbox-word")).to_have_text("sandbox")
    desk.sandbox.slack.changes.close()
    await expect(page.locator(".sandbox-word")).to_have_text("reconnecting…")
    desk.sandbox.act.post("C0GENERAL", "U0BEN", "Did you miss this?")
    await expect(message(page, "Did you miss this?")).to_be_visible()
    await expect(page.locator(".sandbox-word")).to_have_text("sandbox")


async def test_a_channel_whose_id_changes_keeps_its_messages(desk: Desk, open_page: OpenPage) -> None:
    desk.sandbox.act.post("C0ACME", "U0CARL", "Still here")
    page = (await open_page(desk.address("U0ANNA", "C0ACME"))).page
    await expect(message(page, "Still here")).to_be_visible()
    desk.sandbox.channels.change_id("C0ACME", "C0ACMENEW")
    await expect(page.get_by_text("Nothing is open.")).to_be_visible()
    await page.get_by_role("button", name="acme", exact=True).click()
    await expect(message(page, "Still here")).to_be_visible()


async def test_an_empty_sandbox_says_so(desk: Desk, open_page: OpenPage) -> None:
    page = (await open_page(desk.address("U0ANNA", "C0GENERAL"))).page
    await expect(page.get_by_role("heading", name="Helpful Ltd")).to_be_visible()
    desk.sandbox.reset()
    await expect(page.get_by_text("The sandbox is empty")).to_be_visible()
