"""Numbers in paths; anything else there names nothing."""

from typing import Annotated

from fastapi import Path

Identifier = Annotated[int, Path(ge=1, le=2**63 - 1, description="The number of the resource.")]
