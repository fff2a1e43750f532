"""Fail when branch coverage falls below what the project promises: 100 % for ``sla``, 95 % overall."""

import subprocess
import sys

PROMISES = (("sla/*", 100), ("bot/*,sla/*,store/*", 95))


def main() -> int:
    """Combine what every worker and subprocess measured, and compare it with the promises."""
    subprocess.run([sys.executable, "-m", "coverage", "combine", "--quiet", "--keep"], check=False)
    failures = 0
    for include, least in PROMISES:
        report = [sys.executable, "-m", "coverage", "report", f"--include={include}", f"--fail-under={least}"]
        failures += subprocess.run(report, check=False).returncode != 0
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
