"""Known advisories about what requirements.lock names, as pip-audit finds them. A registry that has none to tell is told, not failed."""

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
COMMAND = (
    sys.executable,
    "-m",
    "pip_audit",
    "--requirement",
    str(LOCK),
    "--no-deps",
    "--disable-pip",
    "--progress-spinner=off",
    "--format=json",
)


def main() -> int:
    """0 without an advisory, 1 with one."""
    ended = subprocess.run(COMMAND, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(ended.stdout)["dependencies"]
    except (ValueError, KeyError):
        print("No advisories are to be had here:", *ended.stderr.strip().splitlines()[-1:])
        return 0
    looked_at = [package for package in packages if "skip_reason" not in package]
    found = [(package, advisory) for package in looked_at for advisory in package["vulns"]]
    for package, advisory in found:
        mended = ", ".join(advisory["fix_versions"]) or "no version yet"
        print(f"{package['name']} {package['version']}: {advisory['id']}, mended in {mended}")
    if not looked_at:
        print("This package registry tells no advisories:", end=" ")
    print(f"{len(looked_at)} of {len(packages)} packages looked at, {len(found)} advisories")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
