"""Print every direct dependency of pyproject.toml, run-time and development, for pip-compile."""

import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
print("\n".join(project["project"]["dependencies"] + project["dependency-groups"]["dev"]))  # noqa: T201
