"""The picture on top of a badge card: the badge on a field in its issuer's colours.

Decorative: the name stands below it. The badge itself is drawn by `service_kit.badge_art`.
"""

from __future__ import annotations

import hashlib

from service_kit.badge_art import palette_of

_RADII = (64, 108, 152, 200, 252, 308)


def card_svg(badge: str, *, name: str, issuer: str) -> str:
    """Return `badge`, itself an SVG, on a field of five by three; the same name always gives the same field."""
    tones = palette_of(issuer)
    digest = hashlib.sha256(f"card\0{issuer}\0{name}".encode()).digest()
    unique = digest.hex()[:8]
    rings = "".join(
        f'<ellipse cx="250" cy="150" rx="{radius * 1.25:.0f}" ry="{radius}" stroke-opacity="{0.26 - at * 0.036:.2f}" '
        f'stroke-width="{1.5 + digest[at] % 4}" stroke-dasharray="{_dashes(digest[at + 6], at)}"/>'
        for at, radius in enumerate(_RADII)
    )
    return (
        '<svg class="field-art" viewBox="0 0 500 300" preserveAspectRatio="xMidYMid slice" aria-hidden="true">'
        f'<defs><linearGradient id="f{unique}" x1="0" y1="0" x2="1" y2="1"><stop stop-color="{tones.light}"/>'
        f'<stop offset="1" stop-color="{tones.bright}"/></linearGradient></defs>'
        '<rect width="500" height="300" fill="#fff"/>'
        f'<rect width="500" height="300" fill="url(#f{unique})" opacity=".82"/>'
        f'<g transform="rotate({digest[12] * 360 // 256} 250 150)" fill="none" stroke="#fff">{rings}</g>'
        '<circle cx="250" cy="150" r="122" fill="#fff" opacity=".55"/>'
        f'<svg x="140" y="40" width="220" height="220">{badge}</svg></svg>'
    )


def _dashes(value: int, at: int) -> str:
    return "none" if value % 2 else f"{12 + at * 9} {8 + at * 4}"
