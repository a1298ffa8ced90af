"""The form of a badge class: from what was typed to content, without losing what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from issuer_agent.records import Alignment, BadgeClassContent, Text, Texts
from issuer_agent.store import CONTENT
from service_kit.bodies import FormFields, one

TEXTS = ("title", "unit", "description", "criteria")
WHOLE = ("study_load_hours", "time_investment_hours", "eqf", "expires_days")
NUMBERS = ("ects", *WHOLE)
WHOLE_OF_STACK = ("stack_at_least", "stack_level")
FLAGS = (
    "eqf_confirmed",
    "assessment_supervised",
    "assessment_identity_verified",
    "stackable",
    "suspendable",
    "grade_required",
    "evidence_required",
    "narrative_required",
    "student_evidence_required",
    "student_motivation_required",
)
STACK_NUMBERS = {"stack_at_least": "at_least", "stack_ects": "ects_at_least", "stack_level": "level_at_least"}
ALIGNMENT_PARTS = ("name", "url", "framework", "code")
SPARE_ROWS = 2
"""Empty rows for related skills, after those that are filled."""


@dataclass(frozen=True, slots=True)
class FilledForm:
    """What the form says, and what in it could not be read."""

    content: BadgeClassContent
    numbers: dict[str, str]
    """As they were typed."""
    errors: list[dict[str, str]] = field(default_factory=list)


def form_of(content: BadgeClassContent) -> FilledForm:
    """Return the form as it shows existing content."""
    numbers = {name: getattr(content, name) for name in NUMBERS}
    numbers |= {name: getattr(content.stack, member, None) for name, member in STACK_NUMBERS.items()}
    return FilledForm(content, {name: "" if value is None else f"{value:g}" for name, value in numbers.items()})


def read_form(form: FormFields) -> FilledForm:
    """Read the form; what cannot be read is left out of the content, kept as typed, and named in `errors`."""
    numbers = {name: one(form, name) for name in (*NUMBERS, *STACK_NUMBERS)}
    values, errors = _numbers(numbers)
    stack = {member: values.pop(name, None) for name, member in STACK_NUMBERS.items()}
    kind = one(form, "type", "micro_credential")
    values |= {
        "type": kind,
        "formal": kind != "extra_curricular",
        "language": one(form, "language", "nl"),
        "learning_outcomes": Texts(_lines(form, "learning_outcomes_nl"), _lines(form, "learning_outcomes_en")),
        "participation": form.get("participation", []),
        "assessment": form.get("assessment", []),
        "programme_codes": one(form, "programme_codes").replace(",", " ").split(),
        "isced_f": one(form, "isced_f") or None,
        "enrol": one(form, "enrol", "both"),
        "open_to": form.get("open_to", []) if kind == "extra_curricular" else [],
        "on_behalf_of": one(form, "on_behalf_of") or None,
        "on_behalf_of_url": one(form, "on_behalf_of_url") or None,
        "alignments": _alignments(form),
        "stack": _stack(form, stack),
        **{name: Text(_text(form, f"{name}_nl"), _text(form, f"{name}_en")) for name in TEXTS},
        **{name: name in form for name in FLAGS},
    }
    if one(form, "quality_name"):
        values["quality_assurance"] = {
            "name": one(form, "quality_name"),
            "url": one(form, "quality_url"),
            "description": _text(form, "quality_description"),
        }
    return FilledForm(_content(values, errors), numbers, errors)


def _content(values: dict[str, Any], errors: list[dict[str, str]]) -> BadgeClassContent:
    try:
        content: BadgeClassContent = CONTENT.validate_python(values)
    except ValidationError as error:
        # Only choices can be wrong here, and only when somebody changed the form.
        wrong = {str(item["loc"][0]) for item in error.errors()}
        errors += [{"pointer": f"/{name}", "detail": "This is not one of the choices."} for name in sorted(wrong)]
        kept = {name: value for name, value in values.items() if name not in wrong}
        content = CONTENT.validate_python({"type": "micro_credential", **kept})
    return content


def _numbers(typed: dict[str, str]) -> tuple[dict[str, Any], list[dict[str, str]]]:
    values: dict[str, Any] = {}
    errors = []
    for name, text in typed.items():
        try:
            values[name] = _number(text, whole=name in WHOLE or name in WHOLE_OF_STACK) if text else None
        except ValueError:
            errors.append({"pointer": f"/{name}", "detail": "This is not a number we can read."})
    return values, errors


def _number(text: str, *, whole: bool) -> float:
    """Read a number with a comma or a point. Raises ValueError."""
    if len(text) > 12 or not text.replace(",", "").replace(".", "").isdecimal():
        raise ValueError(text)
    return int(text) if whole else float(text.replace(",", "."))


def _text(form: FormFields, name: str) -> str:
    return one(form, name).replace("\r\n", "\n")


def _lines(form: FormFields, name: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in one(form, name).splitlines() if line.strip())


def _stack(form: FormFields, numbers: dict[str, Any]) -> dict[str, Any] | None:
    """Return what a composed badge asks of its parts; None when no part is chosen."""
    mandatory = form.get("part_mandatory", [])
    parts = [{"badge_class_id": item, "mandatory": item in mandatory} for item in form.get("part", [])[:100]]
    return {"parts": parts, **numbers} if parts else None


def _alignments(form: FormFields) -> tuple[Alignment, ...]:
    columns = [form.get(f"alignment_{part}", []) for part in ALIGNMENT_PARTS]
    rows = [[value.strip() for value in row] for row in zip(*columns, strict=False)]
    return tuple(Alignment(*row) for row in rows if row[0] or row[1])
