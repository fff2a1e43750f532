"""The account's settings (Zendesk: Account Settings): what clients look at before they begin."""

from typing import Any

from pydantic import BaseModel

from bot.http.zendesk.access import Reader
from bot.http.zendesk.ports import Api
from bot.http.zendesk.routes import resource_router


class SettingsResource(BaseModel):
    """The settings, by topic."""

    settings: dict[str, dict[str, Any]]


router = resource_router("/account", "account")


@router.get("/settings", response_model=SettingsResource)
async def show_settings(api: Api, _caller: Reader) -> Any:
    """The settings."""
    desk = api.desk()
    return {
        "settings": {
            "branding": {"header_color": None, "page_background_color": None, "text_color": None},
            "active_features": {
                "business_hours": True,
                "customer_satisfaction": False,
                "ticket_tagging": True,
                "organizations": True,
                "explore": False,
                "slack": True,
            },
            "api": {"accepted_api_agreement": True, "api_password_access": False, "api_token_access": True},
            "localization": {"locale_ids": [1]},
            "metrics": {"account_size": "1-99"},
            "tickets": {
                "agent_ticket_deletion": False,
                "comments_public_by_default": True,
                "list_newest_comments_first": False,
                "private_attachments": False,
                "tagging": True,
            },
            "limits": {"attachment_size": 0},
            "rule": {"macro_most_used": False, "using_skill_based_routing": False},
            "statistics": {"forum": False, "search": False},
            "user": {"tagging": False, "time_zone_selection": False, "have_gravatars_enabled": False},
            "brands": {"default_brand_id": None, "require_brand_on_new_tickets": False},
            "workspace": {"name": desk.installation.name, "id": desk.workspace},
        }
    }
