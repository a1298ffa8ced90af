"""The `edubadges` command, and `python -m edubadges`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command; where only the library is installed, say what is missing."""
    try:
        from edubadges.cli import main as run
    except ModuleNotFoundError as error:
        sys.exit(
            f"Only the library is installed here, and this command needs more (first missing: {error.name}). "
            "Install what requirements/main.txt lists, or use the library: from verifier import verify."
        )
    run()


if __name__ == "__main__":
    main()
