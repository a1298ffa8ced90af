# ruff: noqa: E501  (programs in another language, one statement a line)
"""What a student takes along, made by the browser's own modules and read by programs that others wrote."""

from __future__ import annotations

import base64
import io
import json
import random
import zipfile
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.test_wallet_core import page  # noqa: F401  (the app's files under their own policies)
from tests.support.presenting import Issuer
from vc_core.baking import unbake_svg

pytestmark = pytest.mark.browser
SVG = (
    '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" data-x="a>b"><circle r="4"/></svg>'
)


def zipped(page: Any, files: dict[str, bytes]) -> zipfile.ZipFile:  # noqa: F811
    given = [[name, list(data)] for name, data in files.items()]
    made = page.evaluate(
        """async (given) => {
          const { zipFiles } = await import('/static/core/zip.mjs');
          const files = given.map(([name, data]) => ({ name, data: Uint8Array.from(data) }));
          return [...zipFiles(files, new Date(2026, 10, 24, 13, 14, 16))];
        }""",
        given,
    )
    return zipfile.ZipFile(io.BytesIO(bytes(made)))


def test_another_program_reads_the_same_files(page: Any) -> None:  # noqa: F811
    chance = random.Random(7)
    files = {
        "README.txt": "Über é".encode(),
        "badges/001-é.json": b"{}",
        "badges/empty": b"",
        "badges/large": chance.randbytes(70_000),
    }
    archive = zipped(page, files)
    assert archive.testzip() is None
    assert {name: archive.read(name) for name in archive.namelist()} == files
    assert archive.getinfo("README.txt").date_time == (2026, 11, 24, 13, 14, 16)


def test_a_zip_with_nothing_in_it_is_one(page: Any) -> None:  # noqa: F811
    assert zipped(page, {}).namelist() == []


def baked(page: Any, badge: Any, image: str) -> str:  # noqa: F811
    return str(
        page.evaluate(
            "async ([badge, image]) => (await import('/static/core/leaving.mjs')).bakedPicture(badge, image)",
            [badge, image],
        )
    )


def data_url(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


@pytest.mark.parametrize("narrative", ["plain", "ends ]]> here ]]>", "<b>&amp;</b>", "é 漢 \u2028"])
def test_a_picture_carries_the_badge(page: Any, narrative: str) -> None:  # noqa: F811
    badge = {**Issuer().badge(), "description": narrative}
    picture = baked(page, badge, data_url(SVG))
    assert "<circle" in picture
    text = unbake_svg(picture.encode())
    assert text is not None
    assert json.loads(text) == badge


@pytest.mark.parametrize(
    "image",
    [
        "",
        "data:image/png;base64,AAAA",
        "data:image/svg+xml;base64,%%%",
        data_url("<html/>"),
        data_url("<svg/>"),
        data_url('<svg xmlns:openbadges="x"><openbadges:credential/></svg>'),
        "data:image/svg+xml,%ff",
    ],
    ids=["none", "png", "no base64", "page", "closed", "carries one", "no text"],
)
def test_what_cannot_carry_it_gives_no_picture(page: Any, image: str) -> None:  # noqa: F811
    assert baked(page, {"id": "x"}, image) == ""


@pytest.mark.parametrize(
    ("awarded", "until", "months"),
    [
        ("2026-01-31T23:30:00Z", "2031-12-01T00:00:00Z", ("2026", "1", "2031", "12")),
        ("2026-12-31T23:59:59Z", "", ("2026", "12", None, None)),
        ("2026-09-01", "soon", ("2026", "9", None, None)),
    ],
)
def test_linkedin_gets_the_right_months(page: Any, awarded: str, until: str, months: Any) -> None:  # noqa: F811
    view = {"id": "urn:uuid:1", "name": "Water & wind", "issuerName": "ZZU", "awardedOn": awarded, "validUntil": until}
    address = page.evaluate("async (view) => (await import('/static/core/leaving.mjs')).linkedInAddress(view)", view)
    values = {name: found[0] for name, found in parse_qs(urlsplit(address).query).items()}
    assert urlsplit(address).hostname == "www.linkedin.com"
    assert (values["name"], values["organizationName"], values["certId"]) == ("Water & wind", "ZZU", "urn:uuid:1")
    names = ("issueYear", "issueMonth", "expirationYear", "expirationMonth")
    assert tuple(values.get(name) for name in names) == months
    assert datetime(int(values["issueYear"]), int(values["issueMonth"]), 1)


def test_names_of_files_are_those_every_system_takes(page: Any) -> None:  # noqa: F811
    names = page.evaluate(
        "async (names) => { const { fileName } = await import('/static/core/leaving.mjs'); return names.map(fileName); }",
        ["Duurzaam bouwen", "../../etc/passwd", "Élève à l'école", "漢字", "x" * 90],
    )
    assert names == ["duurzaam-bouwen", "etc-passwd", "eleve-a-l-ecole", "badge", "x" * 60]
