"""A bounded slice of `python -m tests.fuzz` and `tests.fuzz.forging`, and proof that both can find something."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fuzz import forging
from tests.fuzz.branches import Branches
from tests.fuzz.forgers import forge
from tests.fuzz.forging import forge_many
from tests.fuzz.loop import fuzz
from tests.fuzz.mutators import change_bytes
from tests.fuzz.signed import ACCEPTED, GENUINE, is_justified, judge
from tests.fuzz.target import Target
from tests.fuzz.targets import TARGETS
from vc_core.errors import MalformedInput
from vc_core.json_text import dump_json
from verifier import Verdict

SEED = 20261123


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forging, "SAVED", tmp_path)


@pytest.mark.parametrize("name", TARGETS)
def test_a_parser_refuses_hostile_input_with_our_own_errors(name: str, tmp_path: Path) -> None:
    outcome = fuzz(TARGETS[name], seed=SEED, inputs=600, saved=tmp_path)

    assert outcome.findings == {}
    assert outcome.inputs == 600
    assert outcome.accepted > 0
    assert outcome.branches > 10


def test_no_forged_badge_is_accepted() -> None:
    tally = forge_many(SEED, range(1_500))

    assert tally.findings == 0, str(tally)
    assert tally.inputs == 1_500
    assert tally.kept_meaning > 20
    assert len(tally.ways) > 50


def test_a_forged_input_can_be_made_again_from_its_number() -> None:
    made = [forge(random.Random(f"{SEED}:{number}")) for number in range(50)]

    assert made == [forge(random.Random(f"{SEED}:{number}")) for number in range(50)]
    assert len({data for _, data in made}) > 45
    for genuine in GENUINE:  # none of the forgers changes what it starts from
        assert genuine.suite == "VC-JWT" or dump_json(genuine.document) == genuine.raw


def test_genuine_badges_are_justified_and_get_what_they_deserve() -> None:
    verdicts = []
    for genuine in GENUINE:
        report = judge(genuine.raw)
        assert report is not None
        assert is_justified(genuine.raw, report)
        verdicts.append(report.verdict)

    assert set(verdicts) == {Verdict.OK, Verdict.ATTENTION, Verdict.BAD}


def test_an_accepted_change_would_be_noticed() -> None:
    """The judge of the forgeries can say no: a report for a genuine badge does not justify a changed one."""
    genuine = next(genuine for genuine in GENUINE if genuine.suite == "eddsa-rdfc-2022")
    report = judge(genuine.raw)
    assert report is not None
    assert report.verdict in ACCEPTED
    for name, value in {"validUntil": "2099-01-01T00:00:00Z", "name": "Hoogleraar", "credentialStatus": None}.items():
        changed = {**genuine.copy(), name: value}
        if value is None:
            del changed[name]

        assert not is_justified(dump_json(changed), report), name
    expired = next(found for found in GENUINE if (judged := judge(found.raw)) and judged.verdict is Verdict.ATTENTION)
    assert not is_justified(expired.raw, report)  # an expired badge must not be called simply good


def _planted(data: bytes) -> None:
    """Refuse everything, with a hole that only an input built step by step falls into."""
    depth = 0
    for byte, wanted in zip(data, (7, 2, 5, 1, 6, 4), strict=False):
        if byte >> 5 != wanted:
            break
        depth = _deeper(depth)
    raise MalformedInput("no")


def _deeper(depth: int) -> int:
    if depth == 0:
        return 1
    if depth == 1:
        return 2
    if depth == 2:
        return 3
    if depth == 3:
        return 4
    if depth == 4:
        return 5
    raise KeyError("planted")


def test_the_fuzzer_finds_its_way_to_a_planted_bug(tmp_path: Path) -> None:
    target = Target("planted", _planted, (b"aaaaaaaa",), (change_bytes,))
    guided = fuzz(target, seed=1, inputs=30_000, branches=Branches((__file__,)), saved=tmp_path)
    blind = fuzz(target, seed=1, inputs=30_000, branches=Branches(("/nowhere",)), saved=tmp_path)

    [(kind, path)] = guided.findings.items()
    assert kind.startswith("KeyError at tests/unit/test_fuzz_slice.py")
    assert [byte >> 5 for byte in path.read_bytes()[:6]] == [7, 2, 5, 1, 6, 4]
    assert blind.findings == {}


def test_effort_beyond_the_budget_is_a_finding(tmp_path: Path) -> None:
    def busy(data: bytes) -> None:
        for number in range(len(data) * 100):
            abs(number)

    outcome = fuzz(
        Target("busy", busy, (b"a" * 50,), (change_bytes,), max_calls=1_000), seed=1, inputs=1, saved=tmp_path
    )

    assert list(outcome.findings) == ["more calls than the budget"]
    assert outcome.most_calls > 5_000
