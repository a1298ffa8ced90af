"""The signed badge of an award as a picture that carries it: baked PNG (Open Badges 3.0, 5.3)."""

from __future__ import annotations

from issuer_agent.credentials import main_language
from issuer_agent.issuance import Issuance
from issuer_agent.store_facts import read_facts
from service_kit.badge_art import badge_png
from service_kit.database import begin
from vc_core.baking import bake_png
from vc_core.json_text import dump_json


def baked_png(issuance: Issuance, award_id: str) -> bytes:
    """Return the badge's picture with its signed credential inside.

    Raises:
        NotFound, IssuingRefused, AgentUnavailable: see `Issuance.issue_file`.
    """
    credential = issuance.issue_file(award_id)
    with begin(issuance.engine) as connection:
        [facts] = read_facts(connection, [award_id])
    content = facts.version.content
    title = content.title.get(main_language(content))
    picture = badge_png(title, issuer=facts.institution.slug, kind=content.type)
    return bake_png(picture, dump_json(credential).decode())
