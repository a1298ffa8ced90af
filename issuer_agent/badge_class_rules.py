"""What a badge class must say before it may be published; pure.

Rules per type and sector follow the Dutch field: micro-credentials 3 to 30 EC (universities from 1), vocational units
of 80 hours, and so on. They are enforced here, once, for portal, API and everything else. Who keeps and publishes
badge classes is in `achievements`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from issuer_agent.records import BadgeClassContent
from issuer_agent.web_address import is_web_address

MAX_TEXT = 16_384
MAX_LINE = 255
MAX_OUTCOMES = 30
MAX_ALIGNMENTS = 20
MAX_PARTS = 30
EXPIRY_RANGE = range(1, 365 * 50 + 1)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")  # BCP 47, as far as languages of teaching need it
_ISCED_F = re.compile(r"\d{2,4}")
_PROGRAMME = re.compile(r"\d{4,8}")  # RIO, ISAT and CREBO codes
_MISSING = {
    "title": "The title is needed in Dutch and in English.",
    "description": "The description is needed in Dutch and in English.",
    "criteria": "The criteria are needed in Dutch and in English.",
}
_TOO_LONG = "This text is too long."
_NOT_AN_ADDRESS = "This is not a web address that starts with https."


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that keeps a badge class from being published."""

    pointer: str
    detail: str

    def to_json(self) -> dict[str, str]:
        """Return it as a member of a problem's `errors`."""
        return {"pointer": self.pointer, "detail": self.detail}


def findings(content: BadgeClassContent, kind: str) -> list[Finding]:
    """Return what is missing or wrong before this content may be published by an institution of `kind`."""
    return [
        *_texts(content),
        *_outcomes(content),
        *_load(content, kind),
        *_level(content),
        *_education(content),
        *_quality(content),
        *_rules(content),
        *_references(content),
        *_stack(content),
    ]


def _texts(content: BadgeClassContent) -> Iterator[Finding]:
    for name in ("title", "unit", "description", "criteria"):
        text = getattr(content, name)
        for language in ("nl", "en"):
            value = getattr(text, language)
            if name in _MISSING and not value.strip():
                yield Finding(f"/{name}/{language}", _MISSING[name])
            elif len(value) > (MAX_LINE if name in ("title", "unit") else MAX_TEXT):
                yield Finding(f"/{name}/{language}", _TOO_LONG)
    if not _LANGUAGE.fullmatch(content.language):
        yield Finding("/language", "Choose the language of the teaching, for example nl or en.")


def _outcomes(content: BadgeClassContent) -> Iterator[Finding]:
    outcomes = content.learning_outcomes
    if content.type != "extra_curricular" and not (outcomes.nl and outcomes.en):
        yield Finding("/learning_outcomes", "Give at least one learning outcome in Dutch and in English.")
    if max(len(outcomes.nl), len(outcomes.en)) > MAX_OUTCOMES:
        yield Finding("/learning_outcomes", "At most 30 learning outcomes.")
    for language in ("nl", "en"):
        for position, line in enumerate(getattr(outcomes, language)):
            if not line.strip():
                yield Finding(f"/learning_outcomes/{language}/{position}", "A learning outcome cannot be empty.")
            elif len(line) > MAX_LINE * 4:
                yield Finding(f"/learning_outcomes/{language}/{position}", _TOO_LONG)


def _load(content: BadgeClassContent, kind: str) -> list[Finding]:
    """Check credits and hours: each type and sector has its own measure and range."""
    if content.type == "extra_curricular":
        if content.ects is not None or content.study_load_hours is not None:
            return [Finding("/ects", "An extra-curricular badge has hours, never credits or study load.")]
        return _range(content.time_investment_hours, "/time_investment_hours", 1, 5000, required=False)
    return _vocational_load(content) if kind == "mbo" else _higher_load(content, kind)


def _vocational_load(content: BadgeClassContent) -> list[Finding]:
    if content.ects is not None:
        return [Finding("/ects", "A vocational badge has study-load hours, not credits.")]
    if content.type == "regular":
        return _range(content.study_load_hours, "/study_load_hours", 1, 10_000)
    found = _range(content.study_load_hours, "/study_load_hours", 80, 10_000)
    if not found and content.study_load_hours is not None and content.study_load_hours % 80:
        return [Finding("/study_load_hours", "A vocational micro-credential has a multiple of 80 hours.")]
    return found


def _higher_load(content: BadgeClassContent, kind: str) -> list[Finding]:
    if content.study_load_hours is not None:
        return [Finding("/study_load_hours", "Study-load hours are for vocational education. Use credits.")]
    if content.ects is not None and not (content.ects * 2).is_integer():
        return [Finding("/ects", "Credits go in steps of a half.")]
    if content.type == "regular":
        return _range(content.ects, "/ects", 0.5, 240)
    least_credits, least_hours = (1, 28) if kind == "wo" else (3, 84)
    if content.time_investment_hours is not None and content.ects is None:
        return _range(content.time_investment_hours, "/time_investment_hours", least_hours, 840)
    return _range(content.ects, "/ects", least_credits, 30)


def _range(value: float | None, pointer: str, least: float, most: float, *, required: bool = True) -> list[Finding]:
    if value is None:
        return [Finding(pointer, "The study load is missing.")] if required else []
    if not least <= value <= most:
        return [Finding(pointer, "This number is outside the range for this type of badge.")]
    return []


def _level(content: BadgeClassContent) -> list[Finding]:
    if content.eqf is None:
        return [] if content.type == "extra_curricular" else [Finding("/eqf", "The level is missing.")]
    return [] if 1 <= content.eqf <= 8 else [Finding("/eqf", "The level is a number from 1 to 8.")]


def _education(content: BadgeClassContent) -> Iterator[Finding]:
    if content.type == "regular" and not content.programme_codes:
        yield Finding("/programme_codes", "Give the code of the programme.")
    if any(not _PROGRAMME.fullmatch(code) for code in content.programme_codes):
        yield Finding("/programme_codes", "A programme code has four to eight digits.")
    if content.isced_f is not None and not _ISCED_F.fullmatch(content.isced_f):
        yield Finding("/isced_f", "A field of study has two to four digits, for example 0612.")
    if content.type == "extra_curricular" and content.formal:
        yield Finding("/formal", "An extra-curricular badge is not formal education.")
    if content.type != "extra_curricular" and not content.formal:
        yield Finding("/formal", "This type is formal education.")


def _quality(content: BadgeClassContent) -> Iterator[Finding]:
    quality = content.quality_assurance
    if content.type == "micro_credential":
        if not content.participation:
            yield Finding("/participation", "Say how learners take part.")
        if not content.assessment:
            yield Finding("/assessment", "Say how learners are assessed.")
        if quality is None or not quality.name.strip():
            yield Finding("/quality_assurance", "Say how quality is assured.")
    if quality is not None and quality.url and not is_web_address(quality.url):
        yield Finding("/quality_assurance/url", _NOT_AN_ADDRESS)
    if quality is not None and max(len(quality.name), len(quality.description) // 16) > MAX_LINE:
        yield Finding("/quality_assurance", _TOO_LONG)


def _rules(content: BadgeClassContent) -> Iterator[Finding]:
    if content.expires_days is not None and content.expires_days not in EXPIRY_RANGE:
        yield Finding("/expires_days", "Choose a number of days of at most fifty years.")
    if content.open_to and content.formal:
        yield Finding("/open_to", "Only non-formal badges can be open to students elsewhere.")
    if content.enrol == "direct_award" and (content.student_evidence_required or content.student_motivation_required):
        yield Finding("/enrol", "Students cannot ask for this badge, so nothing can be asked of them.")


def _references(content: BadgeClassContent) -> Iterator[Finding]:
    if content.on_behalf_of_url and not is_web_address(content.on_behalf_of_url):
        yield Finding("/on_behalf_of_url", _NOT_AN_ADDRESS)
    if len(content.on_behalf_of or "") > MAX_LINE:
        yield Finding("/on_behalf_of", _TOO_LONG)
    if len(content.alignments) > MAX_ALIGNMENTS:
        yield Finding("/alignments", "At most 20 related skills or frameworks.")
    for position, item in enumerate(content.alignments):
        if not 1 <= len(item.name.strip()) <= MAX_LINE:
            yield Finding(f"/alignments/{position}/name", "Give the name of the skill or framework.")
        if not is_web_address(item.url):
            yield Finding(f"/alignments/{position}/url", _NOT_AN_ADDRESS)


def _stack(content: BadgeClassContent) -> Iterator[Finding]:
    stack = content.stack
    if stack is None:
        return
    ids = [part.badge_class_id for part in stack.parts]
    if not 2 <= len(ids) <= MAX_PARTS or len(set(ids)) != len(ids):
        yield Finding("/stack/parts", "A composed badge has 2 to 30 parts, each once.")
    if stack.at_least is not None and not 1 <= stack.at_least <= len(ids):
        yield Finding("/stack/at_least", "Choose a number of parts that there are.")
    if stack.ects_at_least is not None and not 0 < stack.ects_at_least <= 240:
        yield Finding("/stack/ects_at_least", "Choose a number of credits up to 240.")
    if stack.level_at_least is not None and not 1 <= stack.level_at_least <= 8:
        yield Finding("/stack/level_at_least", "The level is a number from 1 to 8.")
