"""The command ``threadline``."""

import sys

from bot.cli import app
from bot.cli.errors import report


def main() -> None:
    """Run the command; errors become one sentence on stderr and an exit code."""
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    sys.exit(report(lambda: app(args=arguments, prog_name="threadline", standalone_mode=False), debug=debug))


if __name__ == "__main__":
    main()
