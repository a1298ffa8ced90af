"""The story that is played over the containers, chapter by chapter; every line that is printed was seen to hold."""

from __future__ import annotations

import copy
import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from edubadges.demo.badges import content
from tests.compose.stack import address, client, compose, container, docker, inspect, secret, wait_for
from tests.support.presenting import Wallet as Presenter
from tests.support.test_wallet import Wallet
from vc_core.jose.compact import parse_compact_jwt

PARTS = ("registry", "issuer", "worker", "wallet", "verifier", "landing", "agent", "postgres", "proxy")
OURS = ("registry", "issuer", "worker", "wallet", "verifier", "landing", "agent")
LEARNER = {"email": "noor@student.example", "name": "Noor de Vries"}


class Teller:
    """Prints chapters and promises, and counts them."""

    def __init__(self) -> None:
        """Start the clock."""
        self.kept = 0
        self._start = time.monotonic()

    def chapter(self, title: str) -> None:
        """Open a chapter."""
        print(f"\n[{time.monotonic() - self._start:5.1f} s] {title}", flush=True)

    def promise(self, holds: bool, fact: str, otherwise: object = None) -> None:
        """Print a fact that holds, or stop."""
        if not holds:
            raise AssertionError(f"This does not hold: {fact}. {otherwise or ''}")
        self.kept += 1
        print(f"          ✓ {fact}", flush=True)


def the_containers(teller: Teller) -> None:
    """Every part runs, as it should run."""
    teller.chapter("The containers")
    for service in PARTS:
        template = "{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}"
        wait_for(f"{service} is well", lambda s=service, t=template: inspect(s, t) in ("healthy", "running"))
    teller.promise(True, f"{len(PARTS)} parts run and say they are well")
    users = {service: inspect(service, "{{.Config.User}}") for service in OURS}
    teller.promise(set(users.values()) == {"10001:10001"}, "none of ours runs as root", users)
    flags = "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}"
    seen = {inspect(service, flags) for service in OURS}
    teller.promise(
        seen == {"true [ALL] [no-new-privileges:true]"}, "read-only, no capabilities, no new privileges", seen
    )
    secrets = {file.read_text() for file in Path(os.environ["EDUBADGES_SECRETS_FOLDER"]).iterdir()}
    described = "".join(docker("inspect", container(service)).stdout for service in PARTS)
    teller.promise(not any(value in described for value in secrets), f"none of {len(secrets)} secrets is in `inspect`")
    version = compose("exec", "-T", "postgres", "psql", "-U", "postgres", "-Atc", "show server_version").strip()
    teller.promise(int(version.split(".")[0]) >= 16, f"PostgreSQL {version}")
    for part in ("", "portal", "wallet", "verifier", "registry"):
        with client(part) as visitor:
            answer = visitor.get("/health")
            teller.promise(answer.status_code == 200, f"{address(part)} answers over TLS", answer.text)
            page = visitor.get("/")
            teller.promise(page.status_code in (200, 303, 307), "  and so does its first page", page.text[:300])


def the_samples(teller: Teller) -> None:
    """The issuer's own command makes the sample institutions and badge classes."""
    teller.chapter("The sample content, by `docker-compose run`")
    compose("run", "--rm", "-T", "--no-deps", "issuer", "issuer", "seed")
    with client("portal") as visitor, client("registry") as anybody:
        listed = visitor.get("/api/v1/badge-classes").json()
        teller.promise(len(listed) > 3, f"{len(listed)} badge classes stand in the catalogue")
        participants = anybody.get("/api/participants").json()
        participants = participants["participants"] if isinstance(participants, dict) else participants
        teller.promise(len(participants) > 1, f"{len(participants)} institutions take part")


def the_institution(teller: Teller, slug: str) -> str:
    """An institution gets its identity, made in the agent; return a badge class of it."""
    teller.chapter("An institution and a badge class")
    with client("portal", secret("issuer_operator_api_key")) as operator, client("registry") as anybody:
        body = {"slug": slug, "name": {"nl": "Proefhogeschool", "en": "Proof University"}, "kind": "hbo"}
        made = operator.post("/api/v1/institutions", json=body)
        teller.promise(
            made.status_code == 201 and made.json()["ready"], f"the institution is {made.json().get('did')}", made.text
        )
        document = anybody.get(f"/institutions/{slug}/did.json")
        teller.promise(
            document.json().get("id") == made.json()["did"], "its DID document is public in the registry", document.text
        )
        described = {"institution": slug, "content": content(), "publish": True}
        badge_class = operator.post("/api/v1/badge-classes", json=described)
        teller.promise(badge_class.status_code == 201, "a badge class is published", badge_class.text)
        return str(badge_class.json()["id"])


def the_award(teller: Teller, badge_class: str) -> tuple[Wallet, dict[str, Any]]:
    """A badge is awarded, offered and fetched by a wallet that we did not make."""
    teller.chapter("An award, taken in by OpenID4VCI")
    with client("portal", secret("issuer_operator_api_key")) as operator:
        award = operator.post("/api/v1/awards", json={"badge_class": badge_class, "recipient": LEARNER})
        teller.promise(award.status_code == 201, "the badge is awarded", award.text)
        offer = operator.post(f"/api/v1/awards/{award.json()['id']}/offers", json={"tx_code": True})
        teller.promise(offer.status_code == 201, "there is an offer with a code", offer.text)
    wallet = Wallet(client("portal"))
    badge = wallet.receive_offer(offer.json()["credential_offer_uri"], tx_code=offer.json()["tx_code"])
    proof = badge["proof"]
    suite = (proof[0] if isinstance(proof, list) else proof)["cryptosuite"]
    teller.promise(badge["credentialSubject"]["id"] == wallet.did, f"the wallet has the badge, sealed with {suite}")
    return wallet, badge


def the_presentation(teller: Teller, wallet: Wallet, badge: dict[str, Any]) -> None:
    """A verifier asks, the wallet answers, the verdict says so."""
    teller.chapter("A presentation by OpenID4VP")
    with client("verifier") as employer, client("verifier") as phone:
        made = employer.post("/api/v1/requests", json={"reason": "For a job", "asked_by": "Waterschap"}).json()
        request = parse_compact_jwt(phone.get(made["request_uri"]).text).payload
        teller.promise(request["client_id"] == made["client_id"], f"the question is signed by {made['client_id']}")
        shown = Presenter(wallet.key).present(
            badge, challenge=str(request["nonce"]), domain=str(request["client_id"]), created=datetime.now(UTC)
        )
        form = {"vp_token": json.dumps({"badge": [shown]}), "state": str(request["state"])}
        answer = phone.post(str(request["response_uri"]), data=form)
        teller.promise(answer.status_code == 200, "the answer is taken in", answer.text)
        result = employer.get(made["status_url"], headers={"Authorization": f"Bearer {made['access_token']}"}).json()
        report = result.get("report") or {}
        checks = report.get("credentials", [{}])[0].get("checks", [])
        teller.promise(
            report.get("verdict") == "ok", f"the verdict is ok, after {len(checks)} checks", json.dumps(result)
        )
        changed = copy.deepcopy(badge)
        changed["credentialSubject"]["achievement"]["creditsAvailable"] = 30
        verdict = employer.post("/api/v1/verify", json=changed).json()["verdict"]
        teller.promise(verdict == "bad", "the same badge with more credits in it is bad", verdict)


def the_agent_away(teller: Teller, badge_class: str) -> dict[str, Any]:
    """With ACA-Py stopped a badge waits; when it is back the worker finishes it. Return the badge."""
    teller.chapter("ACA-Py is away for a while")
    with client("portal", secret("issuer_operator_api_key")) as operator:
        compose("stop", "--timeout", "10", "agent")
        body = {"badge_class": badge_class, "recipient": LEARNER, "delivery": "file", "batch": "later"}
        award = operator.post("/api/v1/awards", json=body)
        teller.promise(award.status_code == 202, "with the agent stopped the award waits, and says so", award.text)
        compose("start", "agent")
        url = f"/api/v1/awards/{award.json()['id']}"
        wait_for("the worker signs the badge", lambda: operator.get(url).json()["issuing"]["issued_at"])
        teller.promise(True, "with the agent back the worker signed it, nobody asked again")
        badge: dict[str, Any] = operator.get(f"{url}/credential").json()
    with client("verifier") as employer:
        report = employer.post("/api/v1/verify", json=badge).json()
        teller.promise(report["verdict"] == "ok", "and it verifies", json.dumps(report)[:800])
    return badge


def the_database_restarted(teller: Teller) -> None:
    """PostgreSQL is restarted; the parts come back without being touched."""
    teller.chapter("PostgreSQL is restarted")
    before = {service: inspect(service, "{{.State.StartedAt}}") for service in OURS}
    compose("restart", "--timeout", "10", "postgres")
    for part in ("portal", "wallet", "verifier", "registry"):
        with client(part) as visitor:
            wait_for(f"{part} is well again", lambda v=visitor: v.get("/health").status_code == 200)
    after = {service: inspect(service, "{{.State.StartedAt}}") for service in OURS}
    teller.promise(before == after, "every part is well again, and none was restarted")


def the_end(teller: Teller, badge: dict[str, Any]) -> None:
    """With everything stopped, a container without a network checks the badge from what the verifier kept."""
    teller.chapter("Everything stopped; one container without a network")
    volume = inspect("verifier", '{{range .Mounts}}{{if eq .Destination "/data"}}{{.Name}}{{end}}{{end}}')
    compose("stop", "--timeout", "15")
    running = docker("ps", "--quiet").stdout.split()
    teller.promise(not running, "nothing runs any more", running)
    changed = copy.deepcopy(badge)
    changed["credentialSubject"]["achievement"]["creditsAvailable"] = 30
    with tempfile.TemporaryDirectory(prefix="edubadges-compose-") as folder:
        Path(folder).chmod(0o755)
        for name, value, wanted in (("good", badge, 0), ("tampered", changed, 1)):
            (Path(folder) / f"{name}.json").write_text(json.dumps(value))
            done = docker(
                *("run", "--rm", "--network", "none", "--read-only", "--volume", f"{volume}:/data:ro"),
                *("--volume", f"{folder}:/badges:ro", os.environ["EDUBADGES_IMAGE"], "python", "-m", "edubadges"),
                *("verify", "--offline", "--store", "/data/evidence", f"/badges/{name}.json"),
                check=False,
            )
            teller.promise(
                done.returncode == wanted, f"the {name} badge: exit code {wanted}", done.stdout + done.stderr
            )
            if name == "good":
                print("".join(f"            │ {line}\n" for line in done.stdout.splitlines()), end="")


def main() -> int:
    """Play all of it."""
    teller = Teller()
    slug = f"proof-{int(time.time()) % 1_000_000}"
    try:
        the_containers(teller)
        the_samples(teller)
        badge_class = the_institution(teller, slug)
        wallet, badge = the_award(teller, badge_class)
        the_presentation(teller, wallet, badge)
        file_badge = the_agent_away(teller, badge_class)
        the_database_restarted(teller)
        the_end(teller, file_badge)
    except AssertionError as error:
        print(f"          ✗ {error}", file=sys.stderr)
        return 1
    print(f"\n{teller.kept} promises kept.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
