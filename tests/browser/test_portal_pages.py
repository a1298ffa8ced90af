"""The institution's portal in Chromium: every page for axe, and the way from badge class to collected badges."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from issuer_agent.app import workers_of
from issuer_agent.audit_trail import Actor
from issuer_agent.batch_work import BatchWork
from issuer_agent.service import now
from tests.browser.looking import look_at
from tests.support.portal import Portal, serving_portal

pytestmark = pytest.mark.browser

DAAN = Actor("person:daan")
ROWS = "E-mail;Naam\nanna@list.example;Anna\nanna@list.example;Anna\nbo;Bo\n"


@pytest.fixture(scope="module")
def portal(postgres_server: str) -> Iterator[Portal]:
    url = sa.make_url(postgres_server)
    admin = sa.create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("create database portal_browser"))
    admin.dispose()
    with serving_portal(url.set(database="portal_browser").render_as_string(hide_password=False)) as running:
        yield running


@pytest.fixture
def workers(portal: Portal) -> Iterator[None]:
    """Let lists be awarded while somebody looks on, as in the running product."""
    made = workers_of(portal.issuer)
    for worker in made:
        worker.start()
    yield
    for worker in made:
        worker.stop()


@contextmanager
def browsing(
    chromium: Browser, portal: Portal, person: str | None, *, language: str = "en", **more: Any
) -> Iterator[Page]:
    """Open the portal as a sample person; at the end nothing may have been reported on the console."""
    context = chromium.new_context(locale=language, base_url=portal.url, **more)
    context.set_default_timeout(15_000)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    try:
        if person is not None:
            page.goto(f"/signin?lang={language}")
            page.locator(f'button[value="{person}"]').click()
            page.wait_for_url(re.compile(r"/(staff/|my)"))
        yield page
        # A page that says what is wrong answers 422, which Chromium reports.
        assert not [text for text in problems if "status of 422" not in text], problems
    finally:
        context.close()


@pytest.fixture(scope="module")
def places(portal: Portal) -> dict[str, str]:
    """One of everything that has a page of its own."""
    badge_class = next(iter(portal.badge_classes.values()))
    zzu = [item for item in portal.issuer.achievements.catalogue(institution="zzu")]
    free = next(
        item
        for item in zzu
        if item.content.enrol != "self_request"
        and item.content.stack is None
        and not item.content.evidence_required
        and not item.content.narrative_required
    )
    found = portal.issuer.achievements.get(free.badge_class_id)

    def batch(rows: str) -> str:
        return portal.issuer.batches.check(found, free, rows.encode(), name="klas 3.csv", actor=DAAN, now=now()).id

    draft = batch("email,name,grade\na@l.example,A,8\nb,B,8\nc@l.example,,8\nd@l.example,D,\n")
    waits, runs, done = (batch(f"email,name,grade\n{uuid.uuid4().hex[:6]}@l.example,W,8\n") for _ in range(3))
    portal.issuer.institutions.set_second_person("zzu", 1, actor=DAAN, now=now())
    portal.issuer.batches.start(waits, actor=DAAN, now=now())
    portal.issuer.institutions.set_second_person("zzu", None, actor=DAAN, now=now())
    portal.issuer.batches.start(done, actor=DAAN, with_tx_code=True, now=now())
    job = BatchWork(portal.issuer.engine, portal.issuer.batches)
    while job.round():
        pass
    portal.issuer.batches.start(runs, actor=DAAN, now=now())
    portal.issuer.batches.pause(runs, actor=DAAN, now=now())
    composed = next(item for item in zzu if item.content.stack is not None)
    invited = portal.issuer.organisation.invite(
        "zzu", email="new@zzu.example", role="editor", until=None, actor=DAAN, now=now()
    )
    award = portal.issuer.awards.of_institution("zzu")[0]
    return {
        "badge": badge_class,
        "composed": composed.badge_class_id,
        "own": free.badge_class_id,
        "award": award.id,
        "revocation": portal.issuer.bulk_revocations.propose(
            "zzu", [award.id], reason="A trial", actor=DAAN, now=now()
        ).id,
        "draft": draft,
        "waits": waits,
        "runs": runs,
        "done": done,
        "token": portal.issuer.organisation.token_of(invited.id),
    }


PUBLIC = ("/", "/signin", "/badges", "/badges?q=zzzz", "/badges/{badge}", "/badges/{composed}", "/invitations/{token}")
STAFF = (
    "/staff/zzu",
    "/staff/zzu/requests",
    "/staff/zzu/composed",
    "/staff/zzu/badges",
    "/staff/zzu/badges/new",
    "/staff/badges/{composed}/edit",
    "/staff/zzu/awards",
    "/staff/zzu/awards/new",
    "/staff/awards/{award}/show",
    "/staff/zzu/insights",
    "/staff/zzu/revocations",
    "/staff/revocations/{revocation}/show",
    "/staff/zzu/batches",
    "/staff/zzu/batches/new",
    "/staff/batches/{draft}/show",
    "/staff/batches/{waits}/show",
    "/staff/batches/{runs}/show",
    "/staff/batches/{done}/show",
    "/staff/zzu/people",
    "/staff/zzu/mails",
    "/staff/zzu/keys",
    "/invitations/{token}",
    "/staff/nowhere",
)
STUDENT = ("/my", "/badges/{composed}", "/badges/{own}")


# Every pair of theme, width and language, in four walks instead of eight.
@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("nl", "light", 320), ("en", "dark", 320), ("en", "light", 1280), ("nl", "dark", 1280)],
)
def test_every_page_is_accessible(
    chromium: Browser, portal: Portal, places: dict[str, str], language: str, theme: Any, width: int
) -> None:
    options: dict[str, Any] = {"viewport": {"width": width, "height": 720}, "color_scheme": theme}
    for person, paths in ((None, PUBLIC), ("iris", STAFF), ("lotte", STUDENT)):
        context = chromium.new_context(locale=language, base_url=portal.url, **options)
        page = context.new_page()
        if person is not None:
            page.goto(f"/signin?lang={language}")
            page.locator(f'button[value="{person}"]').click()
        for path in paths:
            page.goto(path.format(**places))
            for details in page.locator("details:not([open]) > summary").all():
                if details.is_visible():
                    details.click()
            look_at(page, f"{path} ({person}, {language}, {theme}, {width})")
        context.close()


def test_a_list_is_brought_repaired_awarded_and_handed_out(
    chromium: Browser, portal: Portal, places: dict[str, str], workers: None, tmp_path: Path
) -> None:
    file = tmp_path / "klas 3.csv"
    file.write_bytes(ROWS.replace("@list", f"@{uuid.uuid4().hex[:6]}").encode("cp1252"))
    title = portal.issuer.achievements.current_version(places["own"]).content.title.en
    with browsing(chromium, portal, "daan", viewport={"width": 390, "height": 844}) as page:
        page.get_by_role("link", name="Award a list").first.click()
        page.locator("#f-badge_class").select_option(label=title)
        page.locator("#f-file").set_input_files(file)
        page.get_by_role("button", name="Check the list").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        graded = portal.issuer.achievements.current_version(places["own"]).content.grade_required
        if graded:
            for number in (2, 4):
                page.get_by_text(f"Repair row {number}").click()
                row = page.locator("article", has=page.locator(f"#row-{number}"))
                row.locator('input[name="grade"]').fill("8")
                if number == 4:
                    row.locator('input[name="email"]').fill(f"{uuid.uuid4().hex[:6]}@list.example")
                row.get_by_role("button").click()
        expect(page.get_by_role("heading", name=re.compile("2 can be awarded"))).to_be_visible()
        page.get_by_label(re.compile("Also ask a code")).check()
        page.get_by_role("button", name="Award 2 badges").click()
        expect(page.get_by_role("heading", name="2 badges were awarded")).to_be_visible(timeout=20_000)
        with page.expect_download() as saved:
            page.get_by_role("link", name="Save the links").click()
        links = saved.value.path().read_text("utf-8-sig")
        assert links.count("credential_offer_uri=") == 2
        with page.expect_download() as saved:
            page.get_by_role("link", name="Save the codes").click()
        assert re.search(r";\d{6}\s", saved.value.path().read_text("utf-8-sig"))


# institution, type, and what the form asks for it
KINDS = [
    ("iris", "zzu", "micro_credential", {"ects": "5", "quality_name": "Kader"}),
    ("iris", "zzu", "regular", {"ects": "2,5", "programme_codes": "99001"}),
    ("iris", "zzu", "extra_curricular", {"time_investment_hours": "20"}),
    ("thijs", "hwl", "micro_credential", {"ects": "3", "quality_name": "Kader"}),
    ("thijs", "hwl", "regular", {"ects": "15", "programme_codes": "99002"}),
    ("thijs", "hwl", "extra_curricular", {"time_investment_hours": "8"}),
    ("eva", "mdt", "micro_credential", {"study_load_hours": "80", "quality_name": "Kader"}),
    ("eva", "mdt", "regular", {"study_load_hours": "240", "programme_codes": "25123"}),
    ("eva", "mdt", "extra_curricular", {}),
]
STUDENT_OF = {"zzu": "amir", "hwl": "fatima", "mdt": "jesse"}


@pytest.mark.parametrize(
    ("staff", "slug", "kind", "fields"), KINDS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_type_of_every_sector_is_made_asked_for_and_awarded(
    chromium: Browser, portal: Portal, staff: str, slug: str, kind: str, fields: dict[str, str]
) -> None:
    name = f"Badge {uuid.uuid4().hex[:6]}"
    with browsing(chromium, portal, staff, language="nl") as page:
        page.goto(f"/staff/{slug}/badges/new")
        page.locator("#f-type").select_option(kind)
        for language in ("nl", "en"):
            page.locator(f"#f-title_{language}").fill(f"{name} {language}")
            page.locator(f"#f-description_{language}").fill("Over water.")
            page.locator(f"#f-criteria_{language}").fill("**Meegedaan.**")
            if kind != "extra_curricular":
                page.locator(f"#f-learning_outcomes_{language}").fill("Rekent aan afvoer.")
        if kind != "extra_curricular":
            page.locator("#f-eqf").fill("4" if slug == "mdt" else "6")
        if kind == "micro_credential":
            page.locator('input[name="participation"]').first.check()
            page.locator('input[name="assessment"]').first.check()
        for field, value in fields.items():
            page.locator(f"#f-{field}").fill(value)
        page.get_by_role("button", name="Publiceren").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(f"{name} nl")
        place = page.url
    with browsing(chromium, portal, STUDENT_OF[slug], language="nl") as page:
        page.goto(place)
        page.get_by_role("button", name="Vraag deze badge aan").click()
        expect(page.locator("article", has_text=f"{name} nl")).to_contain_text("Wacht op antwoord")
    with browsing(chromium, portal, staff, language="nl") as page:
        page.goto(f"/staff/{slug}/requests")
        page.locator("article", has_text=f"{name} nl").get_by_role("button", name=re.compile("^Uitreiken")).click()
    with browsing(chromium, portal, STUDENT_OF[slug], language="nl") as page:
        page.goto("/my")
        card = page.locator("article", has_text=f"{name} nl").first
        expect(card).to_contain_text("Staat klaar")
        card.get_by_role("button").click()
        assert "/#/offer?credential_offer_uri=" in str(page.locator("#open-wallet").get_attribute("href"))


def test_people_are_invited_and_the_rule_for_two_is_set(chromium: Browser, portal: Portal) -> None:
    with browsing(chromium, portal, "thijs") as page:
        page.get_by_role("link", name="People").click()
        page.get_by_label("E-mail address").fill("nieuw@waterlinie.example")
        page.get_by_role("button", name="Invite").click()
        page.get_by_text("Link of the invitation").first.click()
        link = page.locator("code", has_text="/invitations/").first.inner_text()
        page.get_by_label("From how many badges at once?").fill("50")
        page.locator("#rules").get_by_role("button", name="Keep").click()
        expect(page.get_by_label("From how many badges at once?")).to_have_value("50")
    with browsing(chromium, portal, "noor") as page:
        page.goto(link.removeprefix(portal.url))
        page.get_by_role("button", name="Accept").click()
        page.wait_for_url("**/staff/hwl")
        expect(page.get_by_role("link", name="Award a badge")).to_be_visible()
