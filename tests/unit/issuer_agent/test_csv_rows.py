"""Lists as spreadsheets save them, in every shape they come in, and the ones that are none."""

from __future__ import annotations

import codecs
import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer_agent import csv_rows
from issuer_agent.csv_rows import MAX_BYTES, MAX_CELL, MAX_ROWS, FileNotReadable, read_sheet, write_sheet

CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), max_size=30)


def people(text: str, encoding: str = "utf-8") -> list[tuple[int, str, str]]:
    return [(row.number, row.email, row.name) for row in read_sheet(text.encode(encoding)).rows]


def code(data: bytes | str) -> str:
    with pytest.raises(FileNotReadable) as caught:
        read_sheet(data.encode() if isinstance(data, str) else data)
    return caught.value.code


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_delimiter_and_encoding_of_spreadsheets_is_found(delimiter: str, encoding: str) -> None:
    lines = [("Naam", "E-mail"), ("Renée Müller", "r@x.example")]
    sheet = read_sheet("\r\n".join(delimiter.join(line) for line in lines).encode(encoding))

    assert (sheet.rows[0].name, sheet.rows[0].email) == ("Renée Müller", "r@x.example")
    assert sheet.delimiter == delimiter


def test_a_comma_in_a_name_does_not_fool_the_search_for_the_delimiter() -> None:
    assert people("email;name\na@x.example;Vries, de, Sam\n") == [(2, "a@x.example", "Vries, de, Sam")]


def test_a_line_that_names_the_delimiter_is_believed() -> None:
    assert people("sep=;\r\nemail;name\r\na@x.example;Sam\r\n")[0][1:] == ("a@x.example", "Sam")


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    text = 'email,name,narrative\na@x.example,A,"two\nlines"\n\n,,\nb@x.example,B,\n'

    assert [number for number, _, _ in people(text)] == [2, 5]


def test_first_name_and_surname_make_a_name() -> None:
    assert people("Voornaam,Achternaam,mail\nNoor,de Vries,n@x.example\n")[0][2] == "Noor de Vries"


def test_columns_that_mean_nothing_are_named() -> None:
    sheet = read_sheet(b"email,name,Studentnummer,grade\na@x.example,A,123,8\n")

    assert sheet.ignored == ["Studentnummer"]
    assert sheet.rows[0].grade == "8"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "csv-empty"),
        (b"\n\n;;\n", "csv-empty"),
        (b"email,name\n", "csv-empty"),
        (b"name,grade\nA,8\n", "csv-no-email"),
        (b"email,grade\na@x.example,8\n", "csv-no-name"),
        (b"email,mail,name\na,b,c\n", "csv-column-twice"),
        (b'email,name\n"a@x.example,A\n', "csv-not-readable"),
        (b'email,name\n"a"b,A\n', "csv-not-readable"),
        (b"PK\x03\x04rest of an xlsx", "csv-is-spreadsheet"),
        (b"\xd0\xcf\x11\xe0rest of an xls", "csv-is-spreadsheet"),
        (b"email,name\na\x00,A\n", "csv-not-text"),
        (b"email,name\n\x81\x8d,A\n", "csv-not-text"),
        (codecs.BOM_UTF16_LE + b"e\x00m", "csv-not-text"),
        (b",".join([b"email", b"name", *[b"x"] * 60]) + b"\na,b\n", "csv-too-many-columns"),
        (b"email,name\n" + b"a@x.example,A\n" * (MAX_ROWS + 1), "csv-too-many-rows"),
        (b"a" * (MAX_BYTES + 1), "csv-too-large"),
        (b'email,name\n"' + b"a" * 200_000 + b'",A\n', "csv-not-readable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_gives_no_rows_says_why(data: bytes, expected: str) -> None:
    assert code(data) == expected


def test_the_largest_list_is_read() -> None:
    assert len(read_sheet(b"email,name\n" + b"a@x.example,A\n" * MAX_ROWS).rows) == MAX_ROWS


def test_a_bad_cell_costs_its_own_row_only() -> None:
    text = f"email,name\na@x.example,A\nb@x.example,B\x07\nc@x.example,{'C' * (MAX_CELL + 1)}\nd@x.example,D,extra\n"
    rows = read_sheet(text.encode()).rows

    assert [len(row.errors) for row in rows] == [0, 1, 1, 1]
    assert "\x07" not in rows[1].name
    assert len(rows[2].name) == MAX_CELL
    assert [row.errors[0]["pointer"] for row in rows[1:]] == ["/name", "/name", ""]


@pytest.mark.parametrize("cell", ["=1+1", "+31 6", "-5", "@x", "\tx", "=cmd|' /C calc'!A0"])
def test_no_cell_that_is_written_runs_in_a_spreadsheet(cell: str) -> None:
    written = write_sheet(["email", "name"], [["a@x.example", cell]])
    [_, row] = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""), delimiter=";")

    assert not row[1].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert read_sheet(written).rows[0].name == cell.strip()


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8).filter(lambda rows: all(a or b for a, b in rows)))
def test_what_is_written_is_read_back(rows: list[tuple[str, str]]) -> None:
    sheet = read_sheet(write_sheet(["email", "name"], rows))

    # A cell that was typed with an apostrophe before a formula's first character reads as if we had put it there.
    plain = [
        tuple(cell[1:] if cell[:1] == "'" and cell[1:2] in "=+-@" and cell[1:2] else cell for cell in row)
        for row in rows
    ]
    assert [(row.email, row.name) for row in sheet.rows] == plain


@given(st.binary(max_size=400))
def test_any_bytes_give_rows_or_a_reason(data: bytes) -> None:
    for given_bytes in (data, b"email,name\n" + data):
        with suppress(FileNotReadable):
            assert read_sheet(given_bytes).rows


def test_every_name_of_a_column_is_in_its_plain_form() -> None:
    assert all(csv_rows._plain(name) == name for name in csv_rows._COLUMN_OF)
