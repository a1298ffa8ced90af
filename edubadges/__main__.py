"""`python -m edubadges`: the same as the `edubadges` command."""

from edubadges.cli import main

if __name__ == "__main__":
    main()
