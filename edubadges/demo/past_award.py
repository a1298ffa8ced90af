"""`python -m edubadges.demo.past_award`: award a badge as if it were long ago, and print the signed file.

Runs with the issuer's own settings and code; only its clock is set back. This is how the demo gets a badge whose end
date has passed without waiting for a year.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime, timedelta

from issuer_agent.app import build_issuer
from issuer_agent.audit_trail import Actor
from issuer_agent.award_rules import Grounds, Recipient
from issuer_agent.service import Issuer, now
from issuer_agent.settings import IssuerSettings
from service_kit.server import load_settings
from vc_core.errors import EdubadgesError
from vc_core.json_text import JsonObject, dump_json


def award_long_ago(issuer: Issuer, badge_class_id: str, recipient: Recipient, *, at: datetime) -> JsonObject:
    """Award and sign as if it were `at`; return the signed badge.

    Raises:
        EdubadgesError: the badge class does not exist, or the agent is away.
    """
    found = issuer.achievements.get(badge_class_id)
    version = issuer.achievements.current_version(badge_class_id)
    actor = Actor("key:demo")
    made, _ = issuer.awards.award(
        found, version, recipient, Grounds(), delivery="file", batch="demo", actor=actor, now=at
    )
    return replace(issuer.issuance, clock=lambda: at).issue_file(made.id)


def main() -> None:
    """Read badge class, e-mail address, name and number of days from the command line."""
    badge_class_id, email, name, days = sys.argv[1:]
    issuer = build_issuer(load_settings(IssuerSettings))
    try:
        badge = award_long_ago(issuer, badge_class_id, Recipient(email, name), at=now() - timedelta(days=int(days)))
    except EdubadgesError as error:
        print(error.detail, file=sys.stderr)
        raise SystemExit(1) from error
    sys.stdout.buffer.write(dump_json(badge))


if __name__ == "__main__":
    main()
