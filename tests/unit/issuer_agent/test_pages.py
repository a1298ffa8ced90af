"""The portal's pages over real HTTP, as each sample person, in both languages; and that every text has its Dutch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from issuer_agent.pages import views
from service_kit.database import create_engine
from service_kit.pages import Catalogue
from tests.unit.issuer_agent.portal import KEYS, Portal, running_portal
from tests.unit.issuer_agent.test_badge_class_rules import MICRO

PUBLIC = ("/", "/signin", "/badges", "/badges?q=data", "/badges/{badge_class}")
STAFF = ("/staff/zzu", "/staff/zzu/requests", "/staff/zzu/badges", "/staff/zzu/awards", "/staff/awards/{award}/show")
STAFF += ("/staff/zzu/batches", "/staff/batches/{batch}/show")
AWARDING = ("/staff/zzu/awards/new", "/staff/zzu/batches/new")
DOWNLOADS = (
    "/staff/zzu/batches/example.csv?badge_class={badge_class}",
    "/staff/batches/{batch}/errors.csv",
    "/staff/batches/{batch}/links.csv",
    "/staff/batches/{batch}/codes.csv",
)
EDITING = ("/staff/zzu/badges/new", "/staff/badges/{badge_class}/edit")
OPENS = {
    "iris": {*STAFF, *AWARDING, *EDITING},
    "editor": {*STAFF, *AWARDING, *EDITING},
    "daan": {*STAFF, *AWARDING},
    "viewer": {*STAFF},
    "noor": set(),
    "thijs": set(),
    "yara": set(),
}
TEMPLATES = Path(str(resources.files("issuer_agent") / "templates"))
_CALL = re.compile(r"""\b_\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
_PLACE = re.compile(r"\{(\w+)\}")


@pytest.fixture(scope="module")
def portal(postgres_server: str) -> Iterator[Portal]:
    with running_portal(postgres_server, "issuer_pages") as running:
        yield running


@pytest.fixture(scope="module")
def names(portal: Portal) -> dict[str, str]:
    """Make one award, and name it and a badge class that takes requests."""
    engine = create_engine(portal.database)
    with engine.connect() as connection:
        query = sa.text(
            "select c.id, v.content #>> '{title,en}' as title from badge_classes c join badge_class_versions v "
            "on v.badge_class_id = c.id where c.institution = 'zzu'"
        )
        by_title = {row.title: str(row.id) for row in connection.execute(query)}
    engine.dispose()
    ai = by_title["Responsible AI in Care Practice"]
    with httpx.Client(base_url=portal.url, trust_env=False) as http:
        body = {"badge_class": ai, "recipient": {"email": "a@b.example", "name": "Ann"}, "grade": "8"}
        answer = http.post("/api/v1/awards", json=body, headers={"Authorization": f"Bearer {KEYS['zzu']}"})
        listed = http.post(
            f"/api/v1/badge-classes/{ai}/batches",
            content=b"email,name\nb,Bo\n",
            headers={"Authorization": f"Bearer {KEYS['zzu']}"},
        )
    return {"badge_class": ai, "award": answer.json()["id"], "batch": listed.json()["id"]}


@contextmanager
def signed_in(portal: Portal, person: str | None) -> Iterator[httpx.Client]:
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=portal.url, headers=headers, timeout=20, trust_env=False) as browser:
        if person is not None:
            answer = browser.post("/signin", data={"person": person})
            assert answer.status_code == 303, answer.text
        yield browser


@pytest.mark.parametrize("person", [None, *OPENS])
def test_everybody_opens_just_the_pages_of_their_role(
    portal: Portal, names: dict[str, str], person: str | None
) -> None:
    with signed_in(portal, person) as browser:
        for language in ("nl", "en"):
            for path in PUBLIC:
                answer = browser.get(path.format(**names), params={"lang": language}, follow_redirects=True)
                assert answer.status_code == 200, path
                assert f'lang="{language}"' in answer.text
            for path in (*STAFF, *AWARDING, *EDITING):
                answer = browser.get(path.format(**names), params={"lang": language})
                if person is None:
                    allowed: tuple[int, ...] = (401,)
                elif path in OPENS[person]:
                    allowed = (200,)
                else:  # a colleague without this role is told so; for anybody else it is not there
                    allowed = (403,) if OPENS[person] else (404,)
                assert answer.status_code in allowed, (path, answer.status_code)
                assert answer.headers["content-type"].startswith("text/html")
                assert "Macro" not in answer.text
                assert f'lang="{language}"' in answer.text


@pytest.mark.parametrize("person", [None, *OPENS])
@pytest.mark.parametrize("path", DOWNLOADS)
def test_only_who_may_award_saves_lists(portal: Portal, names: dict[str, str], person: str | None, path: str) -> None:
    with signed_in(portal, person) as browser:
        answer = browser.get(path.format(**names))

    if person is not None and "/staff/zzu/awards/new" in OPENS[person]:
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    else:
        assert answer.status_code == (401 if person is None else 403 if OPENS[person] else 404)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("person", ["noor", "sem", "yara"])
def test_a_student_has_a_page_of_their_own(portal: Portal, person: str, language: str) -> None:
    with signed_in(portal, person) as browser:
        assert browser.get("/my", params={"lang": language}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "null"},
        {"Sec-Fetch-Site": "none", "Origin": "https://evil.example"},
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        "/signin",
        "/signout",
        "/badges/{badge_class}/request",
        "/staff/zzu/awards/new",
        "/staff/zzu/badges/new",
        "/staff/badges/{badge_class}/edit",
        "/staff/badges/{badge_class}/archive",
        "/staff/awards/{award}/offer",
        "/staff/awards/{award}/revoke",
        "/staff/zzu/batches/new",
        "/staff/batches/{batch}/start",
        "/staff/batches/{batch}/approve",
        "/staff/batches/{batch}/rows/2",
    ],
)
def test_a_form_of_another_site_is_refused(
    portal: Portal, names: dict[str, str], path: str, headers: dict[str, str]
) -> None:
    with signed_in(portal, "iris") as browser:
        answer = browser.post(path.format(**names), data={"person": "iris", "reason": "x"}, headers=headers)

        assert answer.status_code == 403
        assert browser.get("/staff/zzu").status_code == 200


def _editor_form(**changes: str) -> dict[str, str]:
    form = {
        "type": "micro_credential",
        "title_nl": "Titel die blijft",
        "title_en": "Title that stays",
        "description_nl": MICRO.description.nl,
        "description_en": MICRO.description.en,
        "criteria_nl": "c",
        "criteria_en": "c",
        "learning_outcomes_nl": "l",
        "learning_outcomes_en": "l",
        "ects": "5",
        "eqf": "6",
        "participation": "online",
        "assessment": "oral_exam",
        "quality_name": "Q",
        "quality_url": "https://q.example",
        "action": "publish",
    }
    return {**form, **changes}


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"ects": "99"}, "99"),
        ({"eqf": "9"}, "Title that stays"),
        ({"criteria_en": ""}, "Title that stays"),
        ({"title_nl": "", "title_en": "", "unit_en": "My faculty"}, "My faculty"),
        ({"ects": "five"}, "Title that stays"),
    ],
)
def test_the_editor_shows_what_is_wrong_and_keeps_what_was_typed(
    portal: Portal, changes: dict[str, str], kept: str
) -> None:
    with signed_in(portal, "iris") as browser:
        answer = browser.post("/staff/zzu/badges/new?lang=en", data=_editor_form(**changes))

    assert answer.status_code == 422
    assert 'class="error"' in answer.text or 'role="alert"' in answer.text
    assert kept in answer.text


def test_a_complete_form_publishes_a_badge_class(portal: Portal) -> None:
    with signed_in(portal, "editor") as browser:
        answer = browser.post("/staff/zzu/badges/new", data=_editor_form(ects="2,5"), follow_redirects=True)

    assert answer.status_code == 200
    assert answer.url.path.startswith("/badges/")


def test_the_award_form_shows_what_is_wrong_and_keeps_what_was_typed(portal: Portal, names: dict[str, str]) -> None:
    form = {"badge_class": names["badge_class"], "email": "no address", "name": "Ann <b>", "narrative": "Well done"}
    with signed_in(portal, "daan") as browser:
        answer = browser.post("/staff/zzu/awards/new?lang=en", data=form)

    assert answer.status_code == 422
    for text in ("This is not an e-mail address.", "This badge needs a grade.", "no address", "Ann &lt;b&gt;"):
        assert text in answer.text
    assert "Well done" in answer.text


def test_asking_with_a_wrong_link_keeps_the_motivation(portal: Portal, names: dict[str, str]) -> None:
    form = {"motivation": "I work with this", "evidence_url": "http://plain.example"}
    with signed_in(portal, "noor") as browser:
        answer = browser.post(f"/badges/{names['badge_class']}/request?lang=en", data=form)
        assert answer.status_code == 422
        for text in ("I work with this", "http://plain.example", "This is not a web address that starts with https."):
            assert text in answer.text

        form["evidence_url"] = "https://fine.example"
        assert browser.post(f"/badges/{names['badge_class']}/request", data=form).status_code == 303
        assert browser.get("/my").text.count("<form") >= 1


def test_a_text_that_somebody_typed_is_never_markup(portal: Portal) -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    form = _editor_form(title_en=evil, title_nl=evil, description_en=evil, description_nl=evil, criteria_en=evil)
    with signed_in(portal, "iris") as browser:
        answer = browser.post("/staff/zzu/badges/new?lang=en", data=form, follow_redirects=True)

    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


# --- the two languages ---


def _texts() -> set[str]:
    found = set()
    for file in TEMPLATES.rglob("*.html"):
        for double, single in _CALL.findall(file.read_text()):
            found.add((double or single).replace('\\"', '"').replace("\\'", "'"))
    for name, table in vars(views).items():
        if name.endswith("_TEXT"):
            found |= set(table.values())
        elif name.endswith("_PILL"):
            found |= {text for _, text in table.values()}
    return found


def test_every_text_has_its_dutch_with_the_same_places() -> None:
    catalogue = Catalogue("service_kit", "issuer_agent")
    texts = _texts()
    assert len(texts) > 100

    assert sorted(text for text in texts if not catalogue.has(text)) == []
    assert [
        text
        for text in sorted(texts)
        if sorted(_PLACE.findall(text)) != sorted(_PLACE.findall(catalogue.gettext(text, "nl")))
    ] == []


def test_every_finding_about_a_badge_class_has_its_dutch() -> None:
    catalogue = Catalogue("service_kit", "issuer_agent")
    source = (resources.files("issuer_agent") / "badge_class_rules.py").read_text()
    texts = set(re.findall(r'(?<!")"([A-Z][^"\n]+\.)"(?!")', source))
    assert len(texts) > 15

    assert sorted(text for text in texts if not catalogue.has(text)) == []
