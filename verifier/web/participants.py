"""The institutions one can ask for, from what the registry said; none when it cannot be asked now."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.online_source import OnlineSource
from verifier.web.views import show_text


@dataclass(frozen=True, slots=True)
class ParticipantChoice:
    """One institution in the list."""

    did: str
    name: str


def participant_choices(source: OnlineSource, language: str) -> list[ParticipantChoice]:
    """Return the institutions that take part now, by name."""
    choices = []
    for participant in source.participants():
        did, names = participant.get("did"), participant.get("name")
        if not isinstance(did, str) or not isinstance(names, dict) or participant.get("status") != "active":
            continue
        name = names.get(language) or next(iter(names.values()), did)
        choices.append(ParticipantChoice(did, show_text(str(name), 80)))
    return sorted(choices, key=lambda choice: choice.name.casefold())[:200]
