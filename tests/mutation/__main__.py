"""`python -m tests.mutation [--only verifier/policy.py] [--again FILE] [--processes 2] [--list]`.

Every mutant is tried in a process of its own over a copy of the tree, with the fast tests and `-x`. Survivors that are
explained in docs/mutation.md are counted apart; any other one makes the exit status 1.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.abc
import importlib.machinery
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from tests.mutation.operators import Mutant, mutants_of

ROOT = Path(__file__).parents[2]
EXPLAINED = ROOT / "docs" / "mutation.md"
_COPIED = ("vc_core", "verifier", "service_kit", "edubadges", "issuer_agent", "tests", "pyproject.toml", "README.md")
_VERIFIER = (
    "tests/unit/verifier/test_mutants.py",
    "tests/unit/verifier/test_mutants_of_proofs.py",
    "tests/unit/verifier/test_verdicts.py",
    "tests/unit/verifier/test_pipeline.py",
    "tests/unit/verifier/test_sd_jwt_submissions.py",
    "tests/unit/verifier/test_key_history.py",
    "tests/unit/verifier/test_found_by_fuzzing.py",
    "tests/unit/verifier/test_hostile_input.py",
)
_PROOFS = (
    "tests/unit/vc_core/test_mutants.py",
    "tests/unit/vc_core/test_proofs.py",
    "tests/vectors/test_proofs.py",
    "tests/unit/verifier/test_verdicts.py",
)
_SELECTIVE = (
    "tests/unit/vc_core/test_ecdsa_sd_malformed.py",
    "tests/unit/vc_core/test_cbor_values.py",
    "tests/unit/vc_core/test_ecdsa_sd_2023.py",
    "tests/vectors/test_vectors_ecdsa_sd.py",
)
_STATUS = (
    "tests/unit/vc_core/test_mutants_of_status.py",
    "tests/unit/vc_core/test_mutants_of_token_status.py",
    "tests/unit/vc_core/test_token_status_list.py",
    "tests/unit/vc_core/test_status.py",
    "tests/unit/verifier/test_verdicts.py",
)
TESTS = {
    "verifier/checks/*.py": _VERIFIER,
    "verifier/policy.py": _VERIFIER,
    "vc_core/proof/*.py": _PROOFS,
    "vc_core/status/*.py": _STATUS,
}
"""What is mutated, and the tests that must notice, likeliest first."""
ALSO = {
    "vc_core/proof/cbor_values.py": _SELECTIVE,
    "vc_core/proof/ecdsa_sd_2023.py": _SELECTIVE,
    "vc_core/proof/selective_disclosure.py": _SELECTIVE,
    "vc_core/proof/batch.py": ("tests/unit/edubadges/test_signing.py",),
}
"""Files of which other tests must notice."""

type Work = tuple[Mutant, tuple[str, ...]]
"""A mutant, and the tests (and options) for it."""

# Loaded once, before the processes split; what depends on a mutant is forgotten again in its process.
_LOADED_BEFORE = ("hypothesis.strategies", "cryptography.x509", "nacl.signing", "orjson", "jsonschema_rs", "zlib_ng")
_OURS_BEFORE = (
    "vc_core.proof",
    "vc_core.did",
    "vc_core.baking",
    "vc_core.model.open_badge",
    "vc_core.status.bitstring",
)
_WALL_SECONDS = 180
_CPU_SECONDS = 120
_MEMORY = 4 * 2**30


def main() -> int:
    """Try the mutants and print the survivors."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--only", action="append", help="a file, or the beginning of its path")
    parser.add_argument("--again", type=Path, help="the output of an earlier run: only try what survived then")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="print the mutants and do nothing")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="edu-mutation-") as folder:
        copy = Path(folder) / "tree"
        _copy_tree(copy)
        work = list(_work(copy, arguments.only or [""]))
        if arguments.again is not None:
            earlier = {line.partition(": ")[2] for line in arguments.again.read_text().splitlines()}
            work = [(mutant, tests) for mutant, tests in work if mutant.key in earlier]
        if arguments.list:
            print(*(mutant.key for mutant, _ in work), f"{len(work)} mutants", sep="\n")
            return 0
        sys.path[:] = [str(copy), *(path for path in sys.path if path and Path(path).resolve() != ROOT)]
        for name in (*_LOADED_BEFORE, *_OURS_BEFORE):
            importlib.import_module(name)
        survivors = _try_all(copy, _without_failing(copy, work), arguments.processes)
    return _report(survivors, len(work))


def _copy_tree(copy: Path) -> None:
    copy.mkdir()
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "node_modules", "artifacts")
            shutil.copytree(source, copy / name, ignore=ignored)
        else:
            shutil.copy2(source, copy / name)


def _work(copy: Path, only: Sequence[str]) -> Iterator[Work]:
    for pattern, tests in TESTS.items():
        for file in sorted(copy.glob(pattern)):
            path = str(file.relative_to(copy))
            if path.startswith(tuple(only)):
                present = tuple(test for test in ALSO.get(path, tests) if (copy / test).is_file())
                for mutant in mutants_of(path, file.read_text()):
                    yield mutant, present


def _without_failing(copy: Path, work: list[Work]) -> list[Work]:
    """Run the tests without any mutant, and leave out those that fail already; they could notice nothing."""
    usable: dict[tuple[str, ...], tuple[str, ...]] = {}
    for tests in sorted({tests for _, tests in work}):
        started = time.monotonic()
        child = _start(copy, None, tests)
        _, status = os.waitpid(child, 0)
        output = _output(copy, child).read_text()
        failing = re.findall(r"^FAILED (\S+::.*?)(?: - .*)?$", output, re.MULTILINE)
        if os.waitstatus_to_exitcode(status) not in {0, 1} or (status and not failing):
            raise SystemExit(f"the tests do not run without a mutant:\n{output[-3_000:]}")
        for name in failing:
            print(f"fails without any mutant, left out: {name}", file=sys.stderr)
        print(f"{time.monotonic() - started:.1f} s without a mutant: {' '.join(tests)}", file=sys.stderr)
        usable[tests] = (*tests, *(f"--deselect={name}" for name in failing))
    return [(mutant, usable[tests]) for mutant, tests in work]


def _try_all(copy: Path, work: list[Work], processes: int) -> list[Mutant]:
    survivors: list[Mutant] = []
    running: dict[int, tuple[Mutant, float]] = {}
    waiting = iter(work)
    done = 0
    while True:
        while len(running) < processes:
            following = next(waiting, None)
            if following is None:
                break
            running[_start(copy, *following)] = (following[0], time.monotonic())
        if not running:
            return survivors
        child, status = _wait(running)
        mutant, _ = running.pop(child)
        _output(copy, child).unlink(missing_ok=True)
        shutil.rmtree(copy.parent / str(child), ignore_errors=True)
        done += 1
        if os.waitstatus_to_exitcode(status) == 0:
            survivors.append(mutant)
            print(f"SURVIVED line {mutant.line}: {mutant.key}", flush=True)
        if done % 50 == 0:
            print(f"{done} of {len(work)}, {len(survivors)} survived", file=sys.stderr, flush=True)


def _wait(running: dict[int, tuple[Mutant, float]]) -> tuple[int, int]:
    """Wait for a process to end; one that hangs is ended, and counts as noticed."""
    while True:
        for child, (_, started) in running.items():
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return ended, status
            if time.monotonic() - started > _WALL_SECONDS:
                os.kill(child, signal.SIGKILL)
        time.sleep(0.02)


def _start(copy: Path, mutant: Mutant | None, tests: tuple[str, ...]) -> int:
    """Start the tests in a process of their own and return its number; it ends with 0 when all of them pass."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    status = 99
    try:
        status = _run_tests(copy, mutant, tests)
    finally:
        if sys.exc_info()[0] is not None:
            sys.excepthook(*sys.exc_info())
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _output(copy: Path, process: int) -> Path:
    return copy.parent / f"{process}.txt"


def _run_tests(copy: Path, mutant: Mutant | None, tests: tuple[str, ...]) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    written = os.open(_output(copy, os.getpid()), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(written, 1)
    os.dup2(written, 2)
    os.chdir(copy)
    forgotten = (
        ("tests", "verifier")
        if mutant is None or mutant.path.startswith("verifier")
        else ("tests", "verifier", "vc_core")
    )
    for name in [name for name in sys.modules if name.split(".")[0] in forgotten]:
        del sys.modules[name]
    sys.path_importer_cache.clear()
    if mutant is not None:
        sys.meta_path.insert(0, _Mutated(mutant, copy))
    options = ["-q", *(["-x"] if mutant else []), "-p", "no:cacheprovider", "--no-header"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning", f"--basetemp={copy.parent / str(os.getpid())}"]
    if mutant is None:
        return int(pytest.main([*options, *tests]))
    deselected = [test for test in tests if test.startswith("--")]
    files = [test for test in tests if not test.startswith("--")]
    first = [file for file in files if "test_mutants" in file]
    # Most mutants end here, and the other files need not even be read.
    status = int(pytest.main([*options, *deselected, *first]))
    return status or int(pytest.main([*options, *deselected, *(file for file in files if file not in first)]))


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module with the change in it; nothing is written."""

    def __init__(self, mutant: Mutant, copy: Path) -> None:
        self._mutant = mutant
        self._file = str(copy / mutant.path)
        self._name = mutant.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find the mutated module, and no other."""
        del path, target
        if fullname != self._name:
            return None
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=self._file, is_package=self._is_package)
        if self._is_package:
            spec.submodule_search_locations = [str(Path(self._file).parent)]
        return spec

    @property
    def _is_package(self) -> bool:
        return self._file.endswith("__init__.py")

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed source."""
        exec(compile(self._mutant.source, self._file, "exec"), module.__dict__)  # that is the purpose


def _report(survivors: list[Mutant], tried: int) -> int:
    explained = EXPLAINED.read_text() if EXPLAINED.is_file() else ""
    unexplained = [mutant for mutant in survivors if f"`{mutant.key}`" not in explained]
    by_operator = Counter(" ".join(mutant.operator.split()[:2]) for mutant in survivors)
    for operator, number in by_operator.most_common():
        print(f"{number:>5}  {operator}")
    for mutant in unexplained:
        print(f"UNEXPLAINED {mutant.path}:{mutant.line}: `{mutant.key}`")
    killed = tried - len(survivors)
    print(f"{tried} mutants, {killed} noticed, {len(survivors)} survived, {len(unexplained)} of them unexplained")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
