from datetime import date

import pytest

from bot.config import ConfigError, load_config

TODAY = date(2026, 11, 21)


@pytest.fixture
def load():
    """A configuration from text."""
    return lambda text: load_config(text, source="threadline.yml", today=TODAY)


@pytest.fixture
def problems(load):
    """The sentences with which a text is refused, without the name of the file."""

    def refused(text):
        with pytest.raises(ConfigError) as caught:
            load(text)
        return [line.removeprefix("threadline.yml:") for line in str(caught.value).splitlines()]

    return refused


@pytest.fixture
def warnings(load):
    """What is odd about a text that can be used."""
    return lambda text: [warning.sentence("threadline.yml") for warning in load(text).warnings]
