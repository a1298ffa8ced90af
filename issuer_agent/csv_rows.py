"""Lists of people as spreadsheets save them: read one into rows, write one that no spreadsheet executes (RFC 4180).

Encoding and delimiter are detected; columns are known by their names, in Dutch and in English. What one row may not
hold is said of that row, so that one bad cell does not cost the other ten thousand.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from service_kit.problems import InvalidValues

type Column = Literal[
    "email", "name", "first_name", "surname", "grade", "narrative", "evidence_url", "evidence_narrative"
]

MAX_BYTES = 5_000_000
MAX_ROWS = 10_000
MAX_CELL = 2_000
MAX_COLUMNS = 60
_DELIMITERS = (",", ";", "\t", "|")
_NAMES: dict[Column, tuple[str, ...]] = {
    "email": ("email", "e mail", "mail", "email address", "e mail address", "emailadres", "e mailadres"),
    "name": ("name", "full name", "name of the student", "naam", "volledige naam", "naam van de student", "student"),
    "first_name": ("first name", "given name", "voornaam", "roepnaam"),
    "surname": ("surname", "last name", "family name", "achternaam"),
    "grade": ("grade", "result", "cijfer", "resultaat"),
    "narrative": ("narrative", "motivation", "motivation of the award", "motivatie", "motivatie van de uitreiking"),
    "evidence_url": (
        "evidence url",
        "evidence",
        "link to the evidence",
        "bewijs url",
        "bewijs",
        "link naar het bewijs",
    ),
    "evidence_narrative": ("evidence description", "evidence narrative", "omschrijving van het bewijs", "bewijs tekst"),
}
_COLUMN_OF = {name: column for column, names in _NAMES.items() for name in names}
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# What makes a spreadsheet run a cell instead of showing it (OWASP, "CSV Injection").
_RUNS = ("=", "+", "-", "@", "\t", "\r")


class FileNotReadable(InvalidValues):
    """The file as a whole gives no rows; `code` says why."""

    title = "This list cannot be read"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row as it stands in the file."""

    number: int
    """As a spreadsheet counts, the header being row 1."""
    email: str = field(repr=False)
    name: str = field(repr=False)
    grade: str = ""
    narrative: str = field(default="", repr=False)
    evidence_url: str = ""
    evidence_narrative: str = field(default="", repr=False)
    errors: tuple[dict[str, str], ...] = ()
    """What is wrong with the row as text, as {pointer, detail}."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was read."""

    rows: list[SheetRow]
    encoding: str
    delimiter: str
    ignored: list[str]
    """Columns that mean nothing here, as the file names them."""


def read_sheet(data: bytes) -> Sheet:
    """Return the rows of a CSV file.

    Raises:
        FileNotReadable: it is no text, no CSV, has no column with e-mail addresses or with names, no rows, or too many.
    """
    text, encoding = _decoded(data)
    delimiter, text = _delimiter_of(text)
    records = _records(text, delimiter)
    header = next((cells for _, cells in records if any(cells)), None)
    if header is None:
        raise FileNotReadable("The file is empty.", code="csv-empty")
    columns, ignored = _columns(header)
    rows: list[SheetRow] = []
    for number, cells in records:
        if not any(cells):
            continue
        if len(rows) == MAX_ROWS:
            raise FileNotReadable("A list has 10,000 rows at most. Split the file.", code="csv-too-many-rows")
        rows.append(_row(number, cells, columns, len(header)))
    if not rows:
        raise FileNotReadable("The file has a header and no rows.", code="csv-empty")
    return Sheet(rows, encoding, delimiter, ignored)


def write_sheet(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a CSV file that spreadsheets open as it is, in which no cell can run as a formula.

    UTF-8 with a mark, and semicolons, because a Dutch spreadsheet expects both. `read_sheet` reads it back.
    """
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return codecs.BOM_UTF8 + target.getvalue().encode()


def harmless(cell: str) -> str:
    """Return the cell with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_RUNS) else cell


def _decoded(data: bytes) -> tuple[str, str]:
    if len(data) > MAX_BYTES:
        raise FileNotReadable("The file is larger than 5 MB. Split it.", code="csv-too-large")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise FileNotReadable(
            "This is a spreadsheet, not a CSV file. Save it in your spreadsheet program as “CSV UTF-8” and try again.",
            code="csv-is-spreadsheet",
        )
    candidates = ["utf-8-sig", "cp1252"]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif b"\x00" in data:
        candidates = []
    for encoding in candidates:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise FileNotReadable("The file is not text. Save it as “CSV UTF-8” and try again.", code="csv-not-text")


def _delimiter_of(text: str) -> tuple[str, str]:
    """Return the delimiter whose header has most columns that are known, and the text without a line that names it."""
    first, _, rest = text.partition("\n")
    named = re.fullmatch(r'"?sep=(.)"?\r?', first.strip("\ufeff"), re.IGNORECASE)
    if named:
        return named.group(1), rest
    line = next((line for line in text.splitlines() if line.strip()), "")
    best = max(_DELIMITERS, key=lambda mark: (_known(line, mark), line.count(mark)))
    return best, text


def _known(line: str, delimiter: str) -> int:
    return sum(_plain(cell.strip('"')) in _COLUMN_OF for cell in line.split(delimiter))


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileNotReadable(
                "A cell is not closed, or its quotes are not right. Look at the row that is named and try again.",
                code="csv-not-readable",
                row=number,
            ) from error
        yield number, [cell.strip() for cell in cells]


def _columns(header: Sequence[str]) -> tuple[dict[Column, int], list[str]]:
    if len(header) > MAX_COLUMNS:
        raise FileNotReadable("The file has more than 60 columns.", code="csv-too-many-columns")
    columns: dict[Column, int] = {}
    ignored = []
    for place, title in enumerate(header):
        column = _COLUMN_OF.get(_plain(title))
        if column is None:
            ignored += [title[:80]] if title else []
        elif column in columns:
            raise FileNotReadable("Two columns have the same meaning.", code="csv-column-twice", column=title)
        else:
            columns[column] = place
    if "email" not in columns:
        raise FileNotReadable(
            "A column “email” is needed.", code="csv-no-email", found=[title[:80] for title in header if title]
        )
    if "name" not in columns and "surname" not in columns:
        raise FileNotReadable(
            "A column “name” is needed, or “first name” and “surname”.",
            code="csv-no-name",
            found=[title[:80] for title in header if title],
        )
    return columns, ignored


def _plain(title: str) -> str:
    return " ".join(re.sub(r"[-_\s*:.]+", " ", title.casefold()).split())


def _row(number: int, cells: Sequence[str], columns: dict[Column, int], width: int) -> SheetRow:
    errors: list[dict[str, str]] = []
    if any(cells[width:]):
        errors.append({"pointer": "", "detail": "This row has more cells than the header."})
    values: dict[Column, str] = {}
    for column, place in columns.items():
        value = cells[place] if place < len(cells) else ""
        if value.startswith("'") and value[1:].startswith(_RUNS):
            value = value[1:].strip()  # as `harmless` wrote it
        if _NOT_TEXT.search(value):
            value = _NOT_TEXT.sub("�", value)
            errors.append({"pointer": f"/{column}", "detail": "This cell has characters that are not text."})
        if len(value) > MAX_CELL:
            value = value[:MAX_CELL]
            errors.append({"pointer": f"/{column}", "detail": "This text is too long."})
        values[column] = value
    name = values.get("name") or " ".join(filter(None, (values.get("first_name"), values.get("surname"))))
    return SheetRow(
        number=number,
        email=values.get("email", ""),
        name=name,
        grade=values.get("grade", ""),
        narrative=values.get("narrative", ""),
        evidence_url=values.get("evidence_url", ""),
        evidence_narrative=values.get("evidence_narrative", ""),
        errors=tuple(errors),
    )
