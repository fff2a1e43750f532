"""A configuration as text again; `load_config` makes an equal one of it, whichever the format."""

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from bot.config.config import Config
from bot.config.document import FLOAT

_YAML_REFUSES = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def export_yaml(config: Config) -> str:
    """The canonical document as YAML: every row and date written out, in the order of the keys."""
    return yaml.dump(
        dict(config.document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110
    )


def export_json(config: Config) -> str:
    """The canonical document as JSON; what YAML cannot hold as it is, is escaped, so it is YAML too."""
    return document_json(config.document)


def document_json(document: Mapping[str, Any]) -> str:
    """The same of a document that nobody has checked yet."""
    written = json.dumps(dict(document), ensure_ascii=False, indent=2)
    return _YAML_REFUSES.sub(lambda match: f"\\u{ord(match[0]):04x}", written) + "\n"


class _Dumper(yaml.SafeDumper):
    """Writes no aliases, and quotes what our own reader would take for a number."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True


_Dumper.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(rf"(?:{FLOAT.pattern})\Z"), list("-+0123456789"))
