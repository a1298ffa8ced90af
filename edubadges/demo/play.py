"""The chapters of the demo, in the order in which they happen."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from edubadges.demo import badges
from edubadges.demo.browsers import Album, Desk, Phone
from edubadges.demo.story import Story
from edubadges.demo.world import World, run_tool
from edubadges.platform.parts import ROOT
from vc_core.json_text import JsonObject

_TEACHER = f"teacher {badges.TEACHER}"
_STUDENT = f"student {badges.STUDENT['name']}"
_EMPLOYER = "an employer"


@dataclass(slots=True)
class Play:
    """One performance."""

    world: World
    story: Story
    browser: Browser
    album: Album
    folder: Path
    """Where files are saved, also the evidence."""
    badge_class: str = ""
    title: str = badges.TITLE
    offer_link: str = ""
    offer_code: str = ""

    def all(self) -> None:
        """Play every chapter.

        Raises:
            EdubadgesError: a step did not do what it says.
        """
        if not self.world.ours:
            self.title = f"{badges.TITLE} {datetime.now().astimezone():%H:%M:%S}"
        teacher, phone = Desk(self.browser, self.world.url("issuer")), Phone(self.browser, self.world.url("wallet"))
        self._create()
        self._request()
        self._award(teacher)
        self._receive(phone)
        self._share(phone)
        files = self._files()
        self._prepare_offline()
        self._switch_off()
        self._verify_offline(files)

    def _create(self) -> None:
        with self.story.chapter(
            "A teacher describes what can be learned",
            _TEACHER,
            "A badge class is the description: what it is about, how much work it is, what one must show. "
            "It is written once, in Dutch and English, and every badge that is given refers to it.",
        ):
            self.badge_class = badges.make_badge_class(self.world, self.title)
            listed = self.world.api.request("GET", "/api/v1/badge-classes").json()
            found = next((item for item in listed if item["badge_class"] == self.badge_class), None)
            self.story.promise(found is not None, f"“{self.title}” stands in the catalogue, for everybody to see")

    def _request(self) -> None:
        with self.story.chapter(
            "A student asks for it",
            _STUDENT,
            "The student has done the work, finds the badge in the catalogue of the school and asks for it.",
        ):
            student = Desk(self.browser, self.world.url("issuer"))
            student.sign_in(badges.STUDENT["name"])
            student.go(f"/badges/{self.badge_class}")
            self.album.take(student.page, "badge-in-the-catalogue")
            motivation = "I worked out the levels of the Linge and defended my advice."
            student.page.locator("[name=motivation]").fill(motivation)
            student.press("Ask for this badge")
            expect(student.page.get_by_role("link", name=self.title)).to_be_visible()
            self.album.take(student.page, "asked")
            self.story.promise(student.page.url.endswith("/my"), "The request waits for the teacher")
            student.page.context.close()

    def _award(self, teacher: Desk) -> None:
        with self.story.chapter(
            "The teacher says yes",
            _TEACHER,
            "Awarding is a decision by a person. After it, the badge waits for the student: the teacher gives a link, "
            "and separately a code of six digits, so that a link in the wrong hands is worth nothing.",
        ):
            teacher.sign_in(badges.TEACHER)
            teacher.go(f"/staff/{badges.INSTITUTION}/requests")
            self.album.take(teacher.page, "requests")
            card = teacher.page.locator("article").filter(has_text=self.title).first
            card.get_by_role("button", name=f"Award to {badges.STUDENT['name']}").click()
            teacher.go(f"/staff/{badges.INSTITUTION}/awards")
            row = teacher.page.get_by_role("row").filter(has_text=self.title).first
            link = row.get_by_role("link").first
            award = (link.get_attribute("href") or "").split("/")[3]
            found = self.world.api.request("GET", f"/api/v1/awards/{award}").json()
            pinned = (found["badge_class"], found["version"]) == (self.badge_class, 1)
            self.story.promise(pinned, "The badge is awarded, and pinned to version 1 of its description")
            link.click()
            teacher.press("Make an offer with a code")
            self.offer_link = teacher.page.locator("#open-wallet").get_attribute("href") or ""
            self.offer_code = teacher.page.locator("#tx-code").inner_text().strip()
            self.album.take(teacher.page, "offer")
            well = self.offer_link.startswith(self.world.url("wallet")) and re.fullmatch(r"\d{6}", self.offer_code)
            self.story.promise(bool(well), "There is a link (also as a QR code) and a code of six digits")
            teacher.page.context.close()

    def _receive(self, phone: Phone) -> None:
        with self.story.chapter(
            "The student's phone makes a wallet and takes the badge in",
            _STUDENT,
            "A wallet is a web page; there is no app to install and no account to make. The phone makes a key that "
            "never leaves it. The school seals the badge with its own key, which never leaves ACA-Py, "
            "and ties it to the key of the phone.",
        ):
            code = phone.make_wallet()
            self.story.promise(bool(code), "The wallet is made; a recovery code is on paper, the server knows neither")
            phone.open_link(self.offer_link)
            phone.page.locator("#tx-code").wait_for()
            self.album.take(phone.page, "offer-on-the-phone")
            phone.add(self.offer_code)
            checks = phone.page.locator(".checks")
            checks.wait_for()
            self.album.take(phone.page, "badge-on-the-phone")
            text = checks.inner_text()
            self.story.promise("Unchanged since issue" in text, "The phone itself checked that the seal is whole")
            self.story.promise("Issuer is in the registry" in text, "The phone found the school in the public registry")
            self.story.promise(phone.title() in (self.title, "Waterdata lezen"), f"“{phone.title()}” is in the wallet")

    def _share(self, phone: Phone) -> None:
        with self.story.chapter(
            "An employer asks, the student decides",
            f"{_EMPLOYER}, {_STUDENT}",
            "The employer says what they want to see and why. The phone shows who asks and what would be shared; "
            "nothing leaves it before the student says yes. The school does not hear of it.",
        ):
            employer = Desk(self.browser, self.world.url("verifier"))
            employer.go("/requests/new")
            employer.page.locator("[name=asked_by]").fill("Waterschap De Linge")
            employer.page.locator("[name=reason]").fill("To see whether you can read our measurements.")
            employer.press("Make the code")
            employer.page.locator(".qr-frame").first.wait_for()
            self.album.take(employer.page, "request-at-the-verifier")
            link = employer.page.locator("#code-own a.button").get_attribute("href") or ""
            phone.open_link(link)
            phone.page.get_by_role("radio").first.wait_for()
            self.album.take(phone.page, "consent-on-the-phone")
            asked = phone.page.locator("main").inner_text()
            self.story.promise(
                "Waterschap De Linge" in asked, "The phone shows who asks, and why, before anything is sent"
            )
            phone.share()
            self.album.take(phone.page, "shared")
            self._see_verdict(employer)
            employer.page.context.close()
            phone.page.context.close()

    def _see_verdict(self, employer: Desk) -> None:
        page = employer.page
        page.locator("section.verdict").wait_for()
        self.album.take(page, "verdict")
        report: dict[str, Any] = page.request.get(page.url.partition("?")[0] + "/report.json").json()
        checks = report["credentials"][0]["checks"]
        headline = page.get_by_role("heading", level=1).inner_text()
        self.story.promise(
            report["verdict"] == "ok", f"The employer's screen says by itself: “{headline}”", otherwise=str(checks)
        )
        self.story.promise(len(checks) > 4, f"{len(checks)} checks were made, each with its evidence and its age")

    def _files(self) -> list[badges.FileCase]:
        with self.story.chapter(
            "The same as files",
            _TEACHER,
            "Not everybody has a wallet. A badge can also be a file, to put in a mail or on a disk. "
            "We make an honest one, and four that something is wrong with.",
        ):
            (sem, sem_mail), (yara, yara_mail) = badges.OTHERS
            award, good = badges.award_as_file(self.world, self.badge_class, name=sem, email=sem_mail)
            self.story.promise("proof" in good and bool(award), "A badge is sealed and saved as a file")
            other, withdrawn = badges.award_as_file(self.world, self.badge_class, name=yara, email=yara_mail)
            self.story.promise(
                badges.revoke(self.world, other), "A second badge is withdrawn; the registry says so at once"
            )
            expired = badges.past_badge(self.world)
            self.story.promise("validUntil" in expired, f"A third one ended on {str(expired['validUntil'])[:10]}")
            files = badges.cases(good, withdrawn, expired)
            for case in files:
                (self.folder / f"{case.name}.json").write_bytes(case.badge)
            self.story.promise(len(files) == 5, "A fourth is changed by one number, a fifth sealed by somebody else")
            return files

    def _prepare_offline(self) -> None:
        with self.story.chapter(
            "Keep what is needed for later",
            _EMPLOYER,
            "To check a seal one needs the public key of the school, and the list of withdrawn badges. Both are "
            "public, and the same for everybody. They are copied to a disk, once.",
        ):
            store = self.folder / "evidence"
            environment = {"EDUBADGES_ENV": "development"}
            registry = self.world.url("registry")
            run_tool(["-m", "edubadges", "evidence", "sync", registry, "--store", str(store)], environment)
            kept = [file for file in store.rglob("*") if file.is_file()]
            self.story.promise(bool(kept), f"{len(kept)} small files hold all that is needed")

    def _switch_off(self) -> None:
        with self.story.chapter(
            "Switch everything off",
            "nobody",
            "The school, the wallet, the verifier, the registry and ACA-Py stop. From here on there is only a file, "
            "a disk and one command."
            if self.world.ours
            else "Your platform keeps running, but the command that follows gets no network at all.",
        ):
            if self.world.ours:
                left = self.world.stop()
                self.story.promise(
                    not left, "Nothing answers any more on any of the six ports", otherwise=", ".join(left)
                )
            else:
                here = not _without_network() or self._reaches_registry()
                fact = "From where the command will run nothing can be reached, not even the registry"
                otherwise = "this machine cannot take the network from a command; stop the platform and play again"
                self.story.promise(not here, fact, otherwise=otherwise)

    def _verify_offline(self, files: list[badges.FileCase]) -> None:
        with self.story.chapter(
            "Check every file, with everything off",
            _EMPLOYER,
            "`edubadges verify --offline` says what it finds, how old its evidence is, and ends with a number that "
            "other programs can use: 0 means genuine and valid, 1 means do not trust it, 2 means genuine, but "
            "something is to be said about it (here: its time is over).",
        ):
            for case in files:
                code, report = self._verify(case)
                fact = f"{case.name}: {case.story}. It says: {_reason(report)} (exit code {code})"
                self.story.promise(code == case.exit_code, fact, otherwise=json.dumps(report)[:1500])
            self.story.promise(
                len({case.name for case in files}) == 5,
                "One of five passes, the right one, without any service running",
            )

    def _verify(self, case: badges.FileCase) -> tuple[int, JsonObject]:
        file, store = self.folder / f"{case.name}.json", self.folder / "evidence"
        command = [sys.executable, "-m", "edubadges", "verify", "--offline", "--store", str(store), str(file)]
        prefix = [] if self.world.ours else _without_network()
        if case.name == "good":
            self._show([*prefix, *command])
        done = subprocess.run([*prefix, *command, "--json"], cwd=ROOT, capture_output=True, check=False, timeout=60)
        return done.returncode, json.loads(done.stdout)

    def _reaches_registry(self) -> bool:
        """Say whether the registry can be reached from where the offline command will run."""
        attempt = f"import socket; socket.create_connection(('127.0.0.1', {self.world.ports.registry}), 2)"
        command = [*_without_network(), sys.executable, "-c", attempt]
        return subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 0

    def _show(self, command: list[str]) -> None:
        """Print what a person sees."""
        narrow = {**os.environ, "COLUMNS": "76"}
        shown = subprocess.run(command, cwd=ROOT, env=narrow, capture_output=True, text=True, check=False, timeout=60)
        self.story.console.print("   [dim]$ edubadges verify --offline good.json[/]")
        for line in shown.stdout.splitlines():
            self.story.console.print("   " + line, markup=False, soft_wrap=True)


def _reason(report: Any) -> str:
    """Return the codes that decided, or that all is well."""
    checks = report["credentials"][0]["checks"]
    decided = [check["code"] for check in checks if check["outcome"] == "failed"]
    return ", ".join(decided) or f"{report['verdict']}, {len(checks)} checks"


def _without_network() -> list[str]:
    """Return what makes a command run without any network; nothing when this machine does not allow that."""
    program = shutil.which("unshare")
    if program is None:
        return []
    prefix = [program, "--user", "--map-root-user", "--net"]
    works = subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
    return prefix if works else []


def perform(world: World, story: Story, browser: Browser, *, screenshots: Path | None) -> None:
    """Play the demo once, with its files in a folder of their own."""
    with tempfile.TemporaryDirectory(prefix="edubadges-demo-") as folder:
        Play(world, story, browser, Album(screenshots), Path(folder)).all()
