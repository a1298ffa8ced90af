"""What people do in the portal, page after page, over real HTTP; and what they see when the agent is away."""

from __future__ import annotations

import html
import json
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from issuer_agent.audit_trail import Actor
from issuer_agent.award_rules import Grounds, Recipient
from issuer_agent.batch_work import BatchWork
from issuer_agent.pages.badge_class_form import FLAGS, NUMBERS, TEXTS, form_of, read_form
from issuer_agent.pages.shelf import Shelf
from issuer_agent.records import Alignment, BadgeClassContent, Stack, StackPart, Text
from issuer_agent.service import now
from issuer_agent.store import CONTENT
from tests.support.portal import Portal
from tests.unit.issuer_agent.test_badge_class_rules import EXTRA, MICRO, sample_classes

TEACHER = Actor("person:daan")


def new_class(portal: Portal, content: BadgeClassContent = MICRO, slug: str = "zzu") -> str:
    institution = portal.issuer.institutions.get(slug)
    return portal.issuer.achievements.create_active(institution, content, actor=TEACHER, now=now()).badge_class_id


def text_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text[:500]
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))


def link(answer: httpx.Response, pattern: str) -> str:
    found = re.search(pattern, answer.text)
    assert found, pattern
    return found.group(0)


def test_ask_award_and_put_in_the_wallet(portal: Portal) -> None:
    """The five steps up to the wallet, as a student and a teacher walk them."""
    student, teacher = portal.browser("noor"), portal.browser("daan")
    badge_class = new_class(portal, replace(MICRO, grade_required=True))

    asked = student.post(f"/badges/{badge_class}/request", data={"motivation": "I did <b>all</b> of it"})
    assert asked.headers["location"] == "/my"
    assert "The answer is on its way" in text_of(student.get(f"/badges/{badge_class}"))

    queue = teacher.get("/staff/zzu/requests")
    assert "I did &lt;b&gt;all&lt;/b&gt; of it" in queue.text
    [request] = [r for r in portal.issuer.requests.open_of("zzu") if r[0].badge_class_id == badge_class]
    refused = teacher.post(f"/staff/requests/{request[0].id}/approve", data={"grade": ""})
    assert refused.status_code == 422
    assert "This badge needs a grade." in refused.text
    assert teacher.post(f"/staff/requests/{request[0].id}/approve", data={"grade": "8"}).status_code == 303

    mine = student.get("/my")
    assert "Ready to collect" in mine.text
    awards = [item for item in portal.issuer.awards.of_person(request[1]) if item.badge_class_id == badge_class]
    offered = student.post(f"/my/awards/{awards[0].id}/offer")
    assert "http://localhost:7102/#/offer?credential_offer_uri=" in html.unescape(offered.text)
    assert "openid-credential-offer://" in offered.text
    assert "<svg" in offered.text
    assert 'id="tx-code"' not in offered.text


def test_a_teacher_awards_directly_and_gives_a_code_apart(portal: Portal) -> None:
    teacher, badge_class = portal.browser("daan"), new_class(portal)
    form = {"badge_class": badge_class, "name": "Ada Peters", "email": "ada@student.example"}
    made = teacher.post("/staff/zzu/awards/new", data=form)
    page = made.headers["location"]

    assert "Ada Peters" in text_of(teacher.get(page))

    again = teacher.post("/staff/zzu/awards/new", data=form)
    assert again.status_code == 422
    assert "This person already has this badge." in again.text

    offer = teacher.post(page.replace("/show", "/offer"))
    code = re.search(r'id="tx-code">(\d{6})<', offer.text)
    assert code
    assert code.group(1) not in link(offer, r'id="open-wallet" href="[^"]+"')
    assert teacher.get(page.replace("/show", "/offer") + "?lang=nl").headers["location"] == f"{page}?lang=nl"

    revoked = teacher.post(page.replace("/show", "/revoke"), data={"reason": "Awarded by mistake"})
    assert revoked.status_code == 303
    assert "Awarded by mistake" in text_of(teacher.get(page))
    assert teacher.post(page.replace("/show", "/offer")).status_code == 409


def test_a_badge_as_a_file_is_saved_from_the_page(portal: Portal) -> None:
    teacher, badge_class = portal.browser("daan"), new_class(portal)
    form = {"badge_class": badge_class, "name": "Bo", "email": "bo@student.example", "delivery": "file"}
    page = teacher.post("/staff/zzu/awards/new", data=form).headers["location"]

    assert "Signed file" in text_of(teacher.get(page))
    saved = teacher.get(page.replace("/show", "/badge.json"))
    assert saved.headers["content-disposition"] == 'attachment; filename="badge.json"'
    assert json.loads(saved.content)["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
    assert teacher.get(page.replace("/show", "/badge.png")).content.startswith(b"\x89PNG")


def test_an_award_is_kept_while_the_agent_is_away_and_signed_when_it_is_back(portal: Portal) -> None:
    teacher, badge_class = portal.browser("daan"), new_class(portal)
    portal.signer.down = True
    form = {"badge_class": badge_class, "name": "Cas", "email": "cas@student.example", "delivery": "file"}
    page = teacher.post("/staff/zzu/awards/new", data=form).headers["location"]

    shown = text_of(teacher.get(page))
    assert "The agent that holds the keys is away. The award is kept" in shown
    unavailable = teacher.get(page.replace("/show", "/badge.json"))
    assert unavailable.status_code == 503
    assert int(unavailable.headers["retry-after"]) > 0

    portal.signer.down = False
    wait_until_due(portal)
    portal.issuer.issuance.run_due()
    assert "Signed file" in text_of(teacher.get(page))


def test_the_api_says_that_the_signature_waits(portal: Portal) -> None:
    badge_class = new_class(portal)
    portal.signer.down = True
    body = {"badge_class": badge_class, "recipient": {"email": "dee@student.example", "name": "Dee"}}
    answer = portal.api().post("/api/v1/awards", json={**body, "delivery": "file", "idempotency_key": "dee-1"})

    assert answer.status_code == 202
    assert answer.json()["waiting"]["code"] == "agent-unavailable"
    assert answer.json()["waiting"]["retry_after"] > 0

    portal.signer.down = False
    again = portal.api().post("/api/v1/awards", json={**body, "delivery": "file", "idempotency_key": "dee-1"})
    assert (again.status_code, again.json()["id"]) == (200, answer.json()["id"])
    assert again.json()["credential"]["proof"]["type"] == "DataIntegrityProof"


def wait_until_due(portal: Portal) -> None:
    """Let postponed work be due at once instead of after its pause."""
    with portal.issuer.engine.begin() as connection:
        connection.execute(sa.text("update outbox set due_at = now() - interval '1 minute'"))


def test_who_only_looks_gets_no_buttons(portal: Portal) -> None:
    viewer = portal.browser("pieter")
    queue = viewer.get("/staff/zzu/requests")

    assert "Amir Haddad" in queue.text
    assert "/approve" not in queue.text
    [request, *_] = [item for item, _ in portal.issuer.requests.open_of("zzu")]
    assert viewer.post(f"/staff/requests/{request.id}/approve").status_code == 403
    assert viewer.post(f"/staff/requests/{request.id}/deny", data={"reason": "x"}).status_code == 403
    assert viewer.post(f"/staff/requests/{request.id}/burn").status_code in (404, 405)
    assert portal.issuer.requests.get(request.id).state == "open"


def test_a_student_reads_and_takes_only_what_is_theirs(portal: Portal) -> None:
    sem, yara = portal.browser("sem"), portal.browser("yara")
    [circular] = [a for a in portal.issuer.awards.of_person(portal.issuer.people.person("sem"))]

    assert sem.get("/my").status_code == 200
    for path in (f"/my/awards/{circular.id}/offer", f"/my/awards/{circular.id}/badge.json"):
        assert yara.get(path).status_code == 404
    assert yara.post(f"/my/awards/{circular.id}/offer").status_code == 404
    assert yara.get(f"/staff/awards/{circular.id}/show").status_code == 404


def test_a_badge_for_others_says_so_instead_of_a_form(portal: Portal) -> None:
    page = text_of(portal.browser("noor").get(f"/badges/{portal.badge_classes['Complex Wound Care at Home']}"))

    assert "This badge is for students of another institution." in page


def test_criteria_are_markdown_without_html_pictures_or_scripts(portal: Portal) -> None:
    evil = "**Bold** <script>x</script> [a](javascript:alert(1)) ![p](https://t.example/p.png) [b](https://ok.example)"
    content = replace(EXTRA, criteria=replace(EXTRA.criteria, en=evil))
    page = portal.browser().get(f"/badges/{new_class(portal, content)}").text

    assert "<strong>Bold</strong>" in page
    assert 'href="https://ok.example"' in page
    for bad in ("<script>x", 'href="javascript:', 'src="https://t.example'):
        assert bad not in page


# the editor


def form_of_content(content: BadgeClassContent) -> dict[str, list[str]]:
    """Return what a browser sends for the editor's form of this content."""
    filled = form_of(content)
    form: dict[str, list[str]] = {name: [filled.numbers[name]] for name in NUMBERS}
    for name in TEXTS:
        form |= {f"{name}_{code}": [getattr(getattr(content, name), code)] for code in ("nl", "en")}
    for code in ("nl", "en"):
        form[f"learning_outcomes_{code}"] = ["\r\n".join(getattr(content.learning_outcomes, code))]
    form |= {name: ["1"] for name in FLAGS if getattr(content, name)}
    form |= {name: [str(getattr(content, name) or "")] for name in ("type", "language", "isced_f", "enrol")}
    form |= {name: [getattr(content, name) or ""] for name in ("on_behalf_of", "on_behalf_of_url")}
    form |= {name: list(getattr(content, name)) for name in ("participation", "assessment", "open_to")}
    form["programme_codes"] = [" ".join(content.programme_codes)]
    if content.quality_assurance:
        quality = content.quality_assurance
        form |= {"quality_name": [quality.name], "quality_url": [quality.url]}
        form["quality_description"] = [quality.description]
    if content.stack:
        form["part"] = [item.badge_class_id for item in content.stack.parts]
        form["part_mandatory"] = [item.badge_class_id for item in content.stack.parts if item.mandatory]
        form["stack_ects"] = [f"{content.stack.ects_at_least or ''}"]
        form["stack_at_least"] = [f"{content.stack.at_least or ''}"]
        form["stack_level"] = [f"{content.stack.level_at_least or ''}"]
    for part in ("name", "url", "framework", "code"):
        form[f"alignment_{part}"] = [*(getattr(item, part) for item in content.alignments), ""]
    return form


CONTENTS = [CONTENT.validate_python(item["content"]) for item in sample_classes()]
FULL = replace(
    MICRO, alignments=(Alignment("A", "https://a.example", "ESCO", "1"), Alignment("B", "https://b.example"))
)


STACK = Stack((StackPart("a", mandatory=True), StackPart("b")), at_least=1, ects_at_least=4.5, level_at_least=5)


@pytest.mark.parametrize("content", [*CONTENTS, FULL, replace(EXTRA, open_to=("hwl",)), replace(MICRO, stack=STACK)])
def test_the_editor_loses_nothing_of_a_badge_class(content: BadgeClassContent) -> None:
    filled = read_form(form_of_content(content))

    assert filled.errors == []
    assert filled.content == content


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"ects": ["3..5"]}, "/ects"),
        ({"ects": ["-3"]}, "/ects"),
        ({"ects": ["1e400"]}, "/ects"),
        ({"eqf": ["6.5"]}, "/eqf"),
        ({"eqf": ["six"]}, "/eqf"),
        ({"expires_days": ["9" * 40]}, "/expires_days"),
        ({"type": ["diploma"]}, "/type"),
        ({"participation": ["telepathy"]}, "/participation"),
        ({"enrol": ["never"]}, "/enrol"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_is_kept(changes: dict[str, list[str]], pointer: str) -> None:
    filled = read_form({**form_of_content(MICRO), **changes})

    assert [item["pointer"] for item in filled.errors] == [pointer]
    assert filled.content.title == MICRO.title
    assert filled.content.criteria == MICRO.criteria


def test_the_preview_follows_the_form(portal: Portal) -> None:
    editor = portal.browser("sanne")
    answer = editor.post("/staff/zzu/badges/preview", data=form_of_content(replace(MICRO, ects=7.5)))

    assert answer.status_code == 200
    assert "7.5 EC" in answer.text
    assert "Complete. You can publish this." in answer.text
    assert "<html" not in answer.text
    missing = editor.post("/staff/zzu/badges/preview", data={"title_en": "Only a title"})
    assert "The level is missing." in missing.text
    assert portal.browser("daan").post("/staff/zzu/badges/preview", data={}).status_code == 403


def test_a_change_is_published_as_the_next_version(portal: Portal) -> None:
    editor, badge_class = portal.browser("sanne"), new_class(portal)
    page = f"/staff/badges/{badge_class}/edit"
    form = form_of_content(replace(MICRO, ects=4.0))

    assert editor.post(page, data={**form, "action": ["save"]}).headers["location"] == "/staff/zzu/badges"
    assert "Changes not published" in text_of(editor.get("/staff/zzu/badges"))
    assert editor.post(page, data={**form, "action": ["publish"]}).headers["location"] == f"/badges/{badge_class}"
    assert portal.issuer.achievements.current_version(badge_class).version == 2

    assert editor.post(f"/staff/badges/{badge_class}/archive").status_code == 303
    assert "not awarded any more" in text_of(editor.get(f"/badges/{badge_class}"))
    assert editor.post(page, data=form).status_code == 422


# odd input


@pytest.mark.parametrize(
    ("method", "path", "data"),
    [
        ("GET", "/badges/%00", None),
        ("GET", "/badges?q=%00", None),
        ("GET", "/badges/" + "x" * 600, None),
        ("GET", "/staff/zzu/awards/new?badge_class=%0b", None),
        ("POST", "/staff/zzu/badges/new", {"title_en": "a\x00b"}),
        ("POST", "/staff/zzu/awards/new", {"name": "\x01", "email": "a@b.example"}),
        ("POST", "/signin", {"person": "noor\x00"}),
    ],
)
def test_characters_that_are_no_text_are_refused(portal: Portal, method: str, path: str, data: Any) -> None:
    answer = portal.browser("iris").request(method, path, data=data)

    assert answer.status_code == 400
    assert "malformed" in answer.text


def test_a_form_that_is_too_large_is_refused(portal: Portal) -> None:
    answer = portal.browser("iris").post("/staff/zzu/badges/new", data={"title_en": "x" * 300_000})

    assert answer.status_code == 413


# how much a page asks of the database


@contextmanager
def counted(engine: sa.Engine) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        statements.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    yield statements
    sa.event.remove(engine, "before_cursor_execute", note)


def test_a_list_of_fifty_awards_costs_few_statements(portal: Portal) -> None:
    badge_class = new_class(portal, slug="hwl", content=replace(MICRO, ects=3.0))
    found = portal.issuer.achievements.get(badge_class)
    version = portal.issuer.achievements.current_version(badge_class)
    for _ in range(50):
        recipient = Recipient(f"{uuid.uuid4().hex}@student.example", "Somebody")
        portal.issuer.awards.award(found, version, recipient, Grounds(), actor=TEACHER, now=now())

    with counted(portal.issuer.engine) as statements:
        views = Shelf(portal.issuer, "nl").awards(portal.issuer.awards.of_institution("hwl"))

    assert len(views) == 50
    assert len(statements) <= 8


def test_a_badge_is_put_on_hold_and_given_back(portal: Portal) -> None:
    content = {**CONTENT.dump_python(MICRO, mode="json"), "suspendable": True}
    api = portal.api()
    made = api.post("/api/v1/badge-classes", json={"institution": "zzu", "content": content, "publish": True}).json()
    recipient = {"email": "noor@student.zzu.example", "name": "Noor de Vries"}
    award = api.post("/api/v1/awards", json={"badge_class": made["id"], "recipient": recipient}).json()["id"]
    staff, student = portal.browser("daan"), portal.browser("noor")
    page = f"/staff/awards/{award}"

    assert "Put this badge on hold" in staff.get(f"{page}/show").text
    empty = staff.post(f"{page}/suspend", data={"reason": " "})
    assert empty.status_code == 422
    assert staff.post(f"{page}/suspend", data={"reason": "The fee is open"}).status_code == 303
    shown = staff.get(f"{page}/show").text
    assert "On hold" in shown
    assert "Give it back" in shown
    mine = student.get("/my").text
    assert "The fee is open" in mine
    assert staff.post(f"{page}/reinstate", data={"reason": "It was paid"}).status_code == 303
    assert "It was paid" in student.get("/my").text
    assert portal.browser("sem").post(f"{page}/suspend", data={"reason": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("person", "status"), [("iris", 200), ("sanne", 403), ("daan", 403), ("pieter", 403), ("noor", 404)]
)
def test_only_administrators_see_the_keys(portal: Portal, person: str, status: int) -> None:
    browser = portal.browser(person)
    assert browser.get("/staff/zzu/keys").status_code == status
    if status != 200:
        for act in ("rotate", "next", "compromise"):
            assert browser.post(f"/staff/zzu/keys/{act}").status_code == status
    assert browser.get("/staff/hwl/keys").status_code == 404


def test_a_compromise_is_asked_twice_and_waits_for_the_agent(portal: Portal) -> None:
    iris = portal.browser("iris", language="nl")
    here = "/staff/zzu/keys"
    unsure = iris.post(f"{here}/compromise", data={"since": "2026-01-01T10:00"})
    assert unsure.status_code == 422
    assert "Vink dit aan" in unsure.text
    assert 'value="2026-01-01T10:00"' in unsure.text
    for wrong in ("", "soon", "2999-01-01T10:00"):
        assert iris.post(f"{here}/compromise", data={"since": wrong, "sure": "on"}).status_code == 422
    assert portal.issuer.key_changes.of("zzu") == []
    away = iris.post(f"{here}/rotate")
    assert "houdt" in away.text or "agent" in away.text
    assert [change.state for change in portal.issuer.key_changes.of("zzu")] == ["begun"]
    assert "Er is niets verloren" in iris.get(here).text


# --- lists ---


def work(portal: Portal) -> None:
    job = BatchWork(portal.issuer.engine, portal.issuer.batches)
    while job.round():
        pass


def bring(browser: httpx.Client, badge_class: str, data: bytes, slug: str = "zzu") -> httpx.Response:
    file = {"file": ("klas 3.csv", data, "text/csv")}
    return browser.post(f"/staff/{slug}/batches/new", data={"badge_class": badge_class}, files=file)


def test_a_list_from_file_to_links(portal: Portal) -> None:
    teacher, badge_class = portal.browser("daan"), new_class(portal)
    rows = "e-mail;naam\nada@list.example;Ada\nada@list.example;Ada\nbo;Bo\n".encode("utf-8-sig")

    page = bring(teacher, badge_class, rows).headers["location"]
    shown = text_of(teacher.get(page))
    assert "1 can be awarded, 2 are left out" in shown
    assert "klas 3.csv" in shown
    assert "Twice in the list" in shown
    assert "This is not an e-mail address." in shown

    batch = page.split("/")[3]
    repaired = teacher.post(f"/staff/batches/{batch}/rows/4", data={"email": "bo@list.example", "name": "Bo"})
    assert repaired.status_code == 303
    wrong = teacher.post(f"/staff/batches/{batch}/start", data={"claim_days": "400"})
    assert wrong.status_code == 422
    assert "Between 1 and 365 days." in wrong.text
    form = {"claim_days": "30", "tx_code": "on", "when": "now", "delivery": "wallet"}
    assert teacher.post(f"/staff/batches/{batch}/start", data=form).status_code == 303
    assert "0 of 2 awarded" in text_of(teacher.get(page))
    assert "0 of 2 awarded" in text_of(teacher.get(f"/staff/batches/{batch}/progress"))
    assert teacher.post(f"/staff/batches/{batch}/pause").status_code == 303
    assert "Paused" in text_of(teacher.get(page))
    assert teacher.post(f"/staff/batches/{batch}/pause").status_code == 422
    assert teacher.post(f"/staff/batches/{batch}/resume").status_code == 303
    work(portal)

    assert "2 badges were awarded" in text_of(teacher.get(page))
    links = teacher.get(f"/staff/batches/{batch}/links.csv")
    assert links.headers["content-disposition"] == 'attachment; filename="links-for-students.csv"'
    assert links.text.count("/#/offer?credential_offer_uri=") == 2
    assert re.search(r";\d{6}\r\n", teacher.get(f"/staff/batches/{batch}/codes.csv").text)
    assert teacher.post(f"/staff/batches/{batch}/offers").status_code == 303
    assert teacher.get(f"/staff/batches/{batch}/links.csv").text != links.text
    assert "klas 3.csv" in text_of(teacher.get("/staff/zzu/batches"))
    assert teacher.get(f"/staff/batches/{batch}/pause?lang=nl").headers["location"] == f"{page}?lang=nl"


def test_a_list_waits_for_a_colleague(portal: Portal) -> None:
    teacher, head = portal.browser("daan"), portal.browser("iris")
    portal.issuer.institutions.set_second_person("zzu", 1, actor=TEACHER, now=now())
    try:
        page = bring(teacher, new_class(portal), b"email,name\ncy@list.example,Cy\n").headers["location"]
        batch = page.split("/")[3]
        assert "From 1 badges at once a second person looks at the list first." in text_of(teacher.get(page))
        teacher.post(f"/staff/batches/{batch}/start", data={"claim_days": "30"})
        assert "Ask a colleague who may award" in text_of(teacher.get(page))
        refused = teacher.post(f"/staff/batches/{batch}/approve")
        assert refused.status_code == 422
        assert "Somebody else must look at this list." in refused.text
        assert "wants to award 1 badges with this list." in text_of(head.get(page))
        assert head.post(f"/staff/batches/{batch}/approve").status_code == 303
        work(portal)
        assert "1 badges were awarded" in text_of(head.get(page))
    finally:
        portal.issuer.institutions.set_second_person("zzu", None, actor=TEACHER, now=now())


def test_what_is_no_list_is_explained_and_nothing_that_was_typed_is_lost(portal: Portal) -> None:
    teacher, badge_class = portal.browser("daan"), new_class(portal)

    none = teacher.post("/staff/zzu/batches/new", files={"badge_class": (None, badge_class)})
    assert none.status_code == 422
    assert "Choose a file, or paste rows." in none.text
    sheet = bring(teacher, badge_class, b"PK\x03\x04")
    assert sheet.status_code == 422
    assert "This is a spreadsheet, not a CSV file." in sheet.text
    pasted = {"badge_class": (None, badge_class), "pasted": (None, "student\tmail\nA\ta@x.example")}
    good = teacher.post("/staff/zzu/batches/new", files=pasted)
    assert good.status_code == 303
    columns = {"badge_class": (None, badge_class), "pasted": (None, "student\tpoints\nA\t3")}
    refused = teacher.post("/staff/zzu/batches/new", files=columns)
    assert "Columns that were found: student, points." in html.unescape(refused.text)
    assert "student\tpoints" in refused.text
    assert bring(teacher, badge_class, b"x" * 5_050_000).status_code == 413
    assert bring(portal.browser("thijs"), badge_class, b"email,name\na@x.example,A", "hwl").status_code == 404
    assert teacher.post("/staff/zzu/batches/new", content=b"no form").status_code in (400, 404)


# --- the catalogue, and copies ---


def test_the_catalogue_is_filtered_by_type_sector_and_institution(portal: Portal) -> None:
    browser = portal.browser()

    def found(**asked: str) -> str:
        return text_of(browser.get("/badges", params=asked))

    assert "Working Safely on Roofs" in found()
    assert "Working Safely on Roofs" in found(sector="mbo")
    assert "Working Safely on Roofs" not in found(sector="wo")
    assert "Working Safely on Roofs" not in found(type="regular")
    assert "Managing Research Data the FAIR Way" in found(type="regular", sector="wo", institution="zzu")
    assert "Nothing found" in found(institution="nowhere")
    assert "Working Safely on Roofs" in found(type="nonsense", sector="'--")


def test_a_badge_class_is_copied_as_a_draft_also_when_it_is_archived(portal: Portal) -> None:
    editor, badge_class = portal.browser("sanne"), new_class(portal, FULL)
    portal.issuer.achievements.archive(badge_class, actor=TEACHER, now=now())

    answer = editor.post(f"/staff/badges/{badge_class}/copy")

    made = portal.issuer.achievements.get(answer.headers["location"].split("/")[3])
    assert (made.state, made.current_version) == ("draft", None)
    assert made.draft == replace(FULL, title=Text(f"{FULL.title.nl} (kopie)", f"{FULL.title.en} (copy)"))
    assert "(copy)" in editor.get(answer.headers["location"]).text
