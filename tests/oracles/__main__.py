"""`python -m tests.oracles [--count 10000] [--seed 1]`: random badges against two independent implementations."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from tests.oracles.comparing import EQUAL, OTHER_TIE, REFUSED, TOO_MUCH, Finding, compare
from tests.oracles.digital_bazaar import REPAIRS, DigitalBazaar, MissingLibraries, digital_bazaar
from tests.support.random_badges import RandomBadge, random_badges

SAVED = Path(__file__).parents[2] / "var" / "oracles"
_PROGRESS = 500


def main() -> int:
    """Compare, print the table, and say with the exit status whether anything is unexplained."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracles", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first badge")
    arguments = parser.parse_args()
    try:
        with digital_bazaar() as others:
            return _run(others, arguments.seed, arguments.count, arguments.first)
    except MissingLibraries as error:
        print(error, file=sys.stderr)
        return 2


def _run(others: DigitalBazaar, seed: int, count: int, first: int) -> int:
    came: Counter[str] = Counter()
    traits: Counter[str] = Counter()
    findings = 0
    for done, badge in enumerate(random_badges(seed, count, first=first), start=1):
        traits.update(badge.traits)
        try:
            found = compare(badge, others)
        except Finding as finding:
            findings += 1
            print(f"FINDING in {_save(seed, badge)}: {finding}")
        else:
            came.update(found)
        if done % _PROGRESS == 0:
            print(f"{done} of {count}, {findings} findings", file=sys.stderr)
    _print_table(came, traits)
    print(f"{count} badges of seed {seed} from number {first}: {findings} unexplained")
    return 1 if findings else 0


def _save(seed: int, badge: RandomBadge) -> Path:
    SAVED.mkdir(parents=True, exist_ok=True)
    path = SAVED / f"{seed}-{badge.number}.json"
    path.write_text(json.dumps(badge.document, indent=1))
    return path


def _print_table(came: Counter[str], traits: Counter[str]) -> None:
    rows = [(came[text], text) for text in (EQUAL, REFUSED, TOO_MUCH)]
    rows += [(came[name], f"known difference: {text}; PyLD agrees with ours") for name, text in REPAIRS.items()]
    rows.append((came[OTHER_TIE], OTHER_TIE))
    for number, text in rows:
        print(f"{number:>8}  {text}")
    print("Of these badges (one may have several):")
    for trait, number in sorted(traits.items()):
        print(f"{number:>8}  {trait}")


if __name__ == "__main__":
    sys.exit(main())
