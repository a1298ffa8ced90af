"""Count the vectors of others for docs/vectors.md: `python -m tests.vectors.table` runs every case and writes it.

`test_every_case` runs the same cases, one test each, and fails when the page no longer says what the cases do.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.vectors.cases import Answer, Case, VectorSet
from tests.vectors.conftest import CONTEXTS, EXAMPLE_VOCABULARIES, SHARED
from tests.vectors.sets_badges import (
    DID_KEY,
    GUIDE,
    SCHEMAS,
    VALIDATOR,
    WEBVH,
    did_key,
    guide,
    schemas,
    validator,
    webvh,
)
from tests.vectors.sets_canonical import JCS, jcs, rdf_canon
from tests.vectors.sets_proofs import BBS, ECDSA, EDDSA, bbs, ecdsa, eddsa
from tests.vectors.test_canonical_forms import RDF_CANON

PAGE = Path(__file__).resolve().parents[2] / "docs" / "vectors.md"
MAX_NAMED = 6

_HEAD = """<!-- Made by `python -m tests.vectors.table`; change the cases in tests/vectors, not this file. -->
# The vectors of others

What W3C, 1EdTech and the authors of the standards publish to compare implementations with, and how ours compares.
Every case is run by `pytest tests/vectors`; the numbers below are counted by running them.
The vectors are not part of the repository: put them in a folder and name it with `EDUBADGES_VECTORS`.

| vectors | cases | as expected | another answer, on purpose | not supported |
|---|--:|--:|--:|--:|
"""


def is_here() -> bool:
    """Say whether every set is here, and the vocabularies that some of them use."""
    folders = (RDF_CANON, JCS, EDDSA, ECDSA, BBS, DID_KEY, WEBVH, GUIDE, VALIDATOR, SCHEMAS)
    return all((SHARED / folder / "index.json").is_file() for folder in folders) and all(
        (CONTEXTS / file).is_file() for file in EXAMPLE_VOCABULARIES.values()
    )


def all_sets() -> list[VectorSet]:
    """Return every set, in the order of the page."""
    return [rdf_canon(), jcs(), eddsa(), ecdsa(), bbs(), did_key(), webvh(), guide(), validator(), schemas()]


def write_page(sets: list[VectorSet]) -> str:
    """Return the page, after running every case.

    Raises:
        AssertionError: a case does not end as it says here.
    """
    rows, details = [], []
    for vectors in sets:
        counted: Counter[Answer] = Counter()
        for case in vectors.cases:
            if case.check is not None:
                case.check()
            counted[case.answer] += 1
        numbers = " | ".join(str(counted[answer] or "–") for answer in Answer)
        rows.append(f"| [{vectors.title}](#{vectors.folder}) | {len(vectors.cases)} | {numbers} |")
        details.append(_details(vectors))
    return _HEAD + "\n".join(rows) + "\n\n" + "\n".join(details).rstrip() + "\n"


def _details(vectors: VectorSet) -> str:
    index = vectors.index
    lines = [
        f'## <a id="{vectors.folder}"></a>{vectors.title}\n',
        f"From `{index['source']}` at `{index['commit'][:12]}`, {len(index['files'])} files.",
        f"A case is {vectors.what}.\n",
    ]
    for reason in dict.fromkeys(case.reason for case in vectors.cases if case.reason):
        cases = [case for case in vectors.cases if case.reason == reason]
        lines.append(f"- {_named(cases)}: {cases[0].answer.value}; {reason}.")
    if vectors.folder == "rfc8785-jcs":
        lines.append("The authors' file of a hundred million numbers is not among these files.")
    return "\n".join(lines).rstrip() + "\n"


def _named(cases: list[Case]) -> str:
    if len(cases) > MAX_NAMED:
        return f"{len(cases)} cases"
    return ", ".join(f"`{case.name}`" for case in cases)


if __name__ == "__main__":
    PAGE.write_text(write_page(all_sets()), "utf-8")
