"""Every case of every set, and the page that counts them; no file of a set is left out without being named."""

from __future__ import annotations

import pytest

from tests.vectors.cases import Answer, Case, VectorSet
from tests.vectors.conftest import SHARED
from tests.vectors.table import PAGE, all_sets, is_here, write_page

SETS = all_sets() if is_here() else []
CHECKED = [(vectors, case) for vectors in SETS for case in vectors.cases if case.check is not None]

pytestmark = pytest.mark.skipif(not SETS, reason="the vectors are not all here (set EDUBADGES_VECTORS to their folder)")


def _name(value: VectorSet | Case) -> str:
    return value.folder if isinstance(value, VectorSet) else value.name


@pytest.mark.parametrize(("vectors", "case"), CHECKED, ids=_name)
def test_the_answer_is_the_one_the_page_gives(vectors: VectorSet, case: Case) -> None:
    assert case.check is not None
    case.check()


@pytest.mark.parametrize("vectors", SETS, ids=_name)
def test_every_file_belongs_to_a_case_or_stands_beside_them(vectors: VectorSet) -> None:
    accounted = {name for case in vectors.cases for name in case.files} | set(vectors.beside)

    assert {entry["file"] for entry in vectors.index["files"]} == accounted
    assert all((SHARED / vectors.folder / name).is_file() for name in accounted)


@pytest.mark.parametrize("vectors", SETS, ids=_name)
def test_what_ends_otherwise_says_why_and_what_does_not_is_checked(vectors: VectorSet) -> None:
    names = [case.name for case in vectors.cases]
    assert len(names) == len(set(names))
    for case in vectors.cases:
        assert (case.answer is Answer.AS_EXPECTED) == (not case.reason), case.name
        assert case.check is not None or case.answer is Answer.NOT_SUPPORTED, case.name


def test_every_folder_of_vectors_is_on_the_page() -> None:
    assert sorted(vectors.folder for vectors in SETS) == sorted(path.name for path in SHARED.iterdir() if path.is_dir())


def test_every_entry_of_the_manifest_is_a_case() -> None:
    """Among them the poison graph that must be refused, and those with SHA-384."""
    [rdf_canon] = [vectors for vectors in SETS if vectors.folder == "w3c-rdf-canon"]

    assert len(rdf_canon.cases) == 86
    assert {"test074c", "test075c", "test075m"} <= {case.name for case in rdf_canon.cases}
    assert all(case.answer is Answer.AS_EXPECTED for case in rdf_canon.cases)


def test_a_case_that_ends_otherwise_stops_the_page() -> None:
    def wrong() -> None:
        raise AssertionError("another answer")

    bad = VectorSet("w3c-rdf-canon", "One", "a case", (Case("one", (), wrong),))
    with pytest.raises(AssertionError, match="another answer"):
        write_page([bad])


def test_the_page_on_disk_is_the_one_that_is_counted() -> None:
    assert PAGE.read_text("utf-8") == write_page(SETS), "run `python -m tests.vectors.table` and look at what changed"
