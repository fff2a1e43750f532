"""Every method there is: importing the families registers them."""

from bot.sandbox.web_api import auth, chat, conversations, files, history, reactions, users, views
from bot.sandbox.web_api.registry import METHODS, Method

__all__ = [
    "METHODS",
    "Method",
    "auth",
    "chat",
    "conversations",
    "files",
    "history",
    "reactions",
    "users",
    "views",
]
