"""The process that draws one chart and ends: told what on its standard input, the picture on its standard output."""

import json
import sys

NOT_INSTALLED = 3
"""Its exit code where the optional library is missing."""


def main() -> int:
    """Draw the Vega-Lite ``description`` as the ``kind`` says, ``png`` or ``svg``."""
    try:
        import vl_convert  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415 - the extra may not be installed
    except ImportError:
        return NOT_INSTALLED
    asked = json.load(sys.stdin)
    if asked["kind"] == "png":
        picture = vl_convert.vegalite_to_png(asked["description"], scale=2)
    else:
        picture = vl_convert.vegalite_to_svg(asked["description"]).encode()
    sys.stdout.buffer.write(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
