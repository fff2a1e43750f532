"""The Web API's methods, one file per family; importing this registers them all."""

from bot.sandbox.web_api import auth, chat, history
from bot.sandbox.web_api.registry import METHODS, Method

__all__ = ["METHODS", "Method", "auth", "chat", "history"]
