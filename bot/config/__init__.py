"""The configuration file: read, checked as a whole, expanded to one canonical document."""

from bot.config.config import Config
from bot.config.load import load_config
from bot.config.problems import ConfigError, Problem

__all__ = ["Config", "ConfigError", "Problem", "load_config"]
