"""Users, user groups, workspaces, bots."""

import pytest
from slack_sdk.errors import SlackApiError

from tests.contract.scene import Receiver, Scene


async def test_people_are_listed_in_pages_and_strangers_are_not_among_them(scene: Scene):
    first = await scene.client.users_list(limit=2)
    rest = await scene.client.users_list(limit=2, cursor=first["response_metadata"]["next_cursor"])
    assert [one["id"] for one in [*first["members"], *rest["members"]]] == ["U0ADA", "U0BEN", "U0DESK"]
    assert rest["response_metadata"]["next_cursor"] == ""


async def test_guests_bots_and_admins_are_told_apart(scene: Scene):
    scene.sandbox.build.user("T0HOME", "gus", id="U0GUS", guest="multi")
    scene.sandbox.build.user("T0HOME", "gil", id="U0GIL", guest="single")
    gus = (await scene.client.users_info(user="U0GUS"))["user"]
    gil = (await scene.client.users_info(user="U0GIL"))["user"]
    bot = (await scene.client.users_info(user="U0DESK"))["user"]
    ada = (await scene.client.users_info(user="U0ADA"))["user"]
    assert (gus["is_restricted"], gus["is_ultra_restricted"]) == (True, False)
    assert (gil["is_restricted"], gil["is_ultra_restricted"]) == (True, True)
    assert (bot["is_bot"], bot["profile"]["api_app_id"]) == (True, "A0DESK")
    assert (ada["is_admin"], ada["is_bot"]) == (True, False)


async def test_addresses_need_a_scope_of_their_own(scene: Scene):
    assert (await scene.client.users_lookupByEmail(email="ada@helpful.example"))["user"]["id"] == "U0ADA"
    with pytest.raises(SlackApiError, match="users_not_found"):
        await scene.client.users_lookupByEmail(email="carl@acme.example")
    scene.sandbox.build.configure("A0DESK", scopes=["users:read"])
    assert "email" not in (await scene.client.users_info(user="U0ADA"))["user"]["profile"]
    with pytest.raises(SlackApiError) as refusal:
        await scene.client.users_lookupByEmail(email="ada@helpful.example")
    assert refusal.value.response["needed"] == "users:read.email"


async def test_an_unknown_user_is_not_found_and_slackbot_is(scene: Scene):
    with pytest.raises(SlackApiError, match="user_not_found"):
        await scene.client.users_info(user="U0NOBODY")
    assert (await scene.client.users_info(user="USLACKBOT"))["user"]["name"] == "slackbot"


async def test_a_changed_person_is_announced(scene: Scene, receiver: Receiver):
    scene.sandbox.directory.update_user("U0BEN", real_name="Benjamin", deactivated=True)
    await scene.sandbox.drained()
    (event,) = receiver.of_type("user_change")
    assert (event["user"]["id"], event["user"]["real_name"], event["user"]["deleted"]) == ("U0BEN", "Benjamin", True)


async def test_user_groups_are_listed_with_or_without_their_members(scene: Scene):
    scene.sandbox.build.user_group("T0HOME", "support", id="S0SUPPORT", users=["U0ADA"])
    (plain,) = (await scene.client.usergroups_list())["usergroups"]
    (full,) = (await scene.client.usergroups_list(include_users=True))["usergroups"]
    assert (plain["id"], plain["handle"], plain["user_count"], "users" in plain) == ("S0SUPPORT", "support", 1, False)
    assert full["users"] == ["U0ADA"]
    assert (await scene.client.usergroups_users_list(usergroup="S0SUPPORT"))["users"] == ["U0ADA"]
    with pytest.raises(SlackApiError, match="no_such_subteam"):
        await scene.client.usergroups_users_list(usergroup="S0NONE")


async def test_a_changed_user_group_says_who_came_and_who_went(scene: Scene, receiver: Receiver):
    scene.sandbox.build.user_group("T0HOME", "support", id="S0SUPPORT", users=["U0ADA"])
    scene.sandbox.directory.set_group_users("S0SUPPORT", ["U0BEN"])
    await scene.sandbox.drained()
    (event,) = receiver.of_type("subteam_members_changed")
    assert (event["subteam_id"], event["added_users"], event["removed_users"]) == ("S0SUPPORT", ["U0BEN"], ["U0ADA"])
    (updated,) = receiver.of_type("subteam_updated")
    assert updated["subteam"]["users"] == ["U0BEN"]


async def test_workspaces_are_described_if_the_bot_has_to_do_with_them(scene: Scene):
    assert (await scene.client.team_info())["team"]["name"] == "Helpful Ltd"
    assert (await scene.client.team_info(team="T0ACME"))["team"]["name"] == "Acme Inc"
    scene.sandbox.build.workspace("Far away", id="T0FAR")
    with pytest.raises(SlackApiError, match="team_not_found"):
        await scene.client.team_info(team="T0FAR")


async def test_a_bot_is_described_by_its_bot_id(scene: Scene):
    bot = (await scene.client.bots_info(bot=scene.bot["bot_id"]))["bot"]
    assert (bot["user_id"], bot["app_id"]) == ("U0DESK", "A0DESK")
    with pytest.raises(SlackApiError, match="bot_not_found"):
        await scene.client.bots_info(bot="B0NONE")


async def test_uninstalling_sends_both_events_in_any_order_or_one_alone(scene: Scene, receiver: Receiver):
    scene.sandbox.apps.uninstall("A0DESK", "T0HOME", events=["app_uninstalled", "tokens_revoked"])
    await scene.sandbox.drained()
    assert sorted(event["type"] for event in receiver.events) == ["app_uninstalled", "tokens_revoked"]
    assert receiver.of_type("tokens_revoked")[0]["tokens"] == {"oauth": [], "bot": ["U0DESK"]}
    receiver.forget()
    scene.post()
    await scene.sandbox.drained()
    assert receiver.events == []


async def test_a_reinstalled_app_has_a_new_token_and_the_same_bot(scene: Scene):
    scene.sandbox.apps.uninstall("A0DESK", "T0HOME", events=[])
    again = scene.sandbox.build.install("A0DESK", "T0HOME")
    assert again["bot_user"] == "U0DESK"
    assert again["bot_token"] != scene.bot["bot_token"]
    assert (await scene.client_for(again["bot_token"]).auth_test())["user_id"] == "U0DESK"
