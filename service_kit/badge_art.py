"""A badge image for every badge class that has none of its own: the same name always gives the same picture.

Pure: text in, SVG or PNG out. Colours come from the issuer, the pattern from the badge, the rim from the kind of badge.
"""

from __future__ import annotations

import colorsys
import hashlib
import io
import math
from dataclasses import dataclass
from functools import lru_cache
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw

SIDE = 512
_PETALS = {"micro_credential": 12, "regular": 8, "extra_curricular": 5}


@dataclass(frozen=True, slots=True)
class Palette:
    """Two tones of one issuer and a light one on top, as #rrggbb."""

    deep: str
    bright: str
    light: str


def palette_of(issuer: str) -> Palette:
    """Return the colours of this issuer: always the same, far enough apart to be told from others."""
    hue = int.from_bytes(hashlib.sha256(issuer.encode()).digest()[:2], "big") / 65536
    return Palette(_hex(hue, 0.30, 0.62), _hex((hue + 0.09) % 1, 0.55, 0.70), _hex((hue + 0.16) % 1, 0.86, 0.80))


@lru_cache(maxsize=512)
def badge_svg(name: str, *, issuer: str, kind: str, title: str = "") -> str:
    """Return the badge as a square SVG, without script, style or outside reference.

    Args:
        name: the badge's name; decides the pattern and gives the initials.
        issuer: who issues it; decides the colours.
        kind: `micro_credential`, `regular` or `extra_curricular`; decides the rim.
        title: alternative text; decorative without it.
    """
    tones = palette_of(issuer)
    unique = hashlib.sha256(f"{name}\0{issuer}".encode()).hexdigest()[:8]
    label = f'role="img" aria-label="{escape(title, {chr(34): "&quot;"})}"' if title else 'aria-hidden="true"'
    rim = _polygon(_rim_points(kind, SIDE / 2, 236))
    rings = "".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{r:.0f}" fill="{tones.light}" opacity=".16"/>'
        for x, y, r in _bubbles(name, issuer)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}" {label}>'
        f'<defs><linearGradient id="g{unique}" x1="0" y1="0" x2="1" y2="1"><stop stop-color="{tones.bright}"/>'
        f'<stop offset="1" stop-color="{tones.deep}"/></linearGradient>'
        f'<clipPath id="c{unique}"><circle cx="256" cy="256" r="196"/></clipPath></defs>'
        f'<path d="{rim}" fill="{tones.deep}"/><circle cx="256" cy="256" r="206" fill="#fff"/>'
        f'<g clip-path="url(#c{unique})"><rect width="{SIDE}" height="{SIDE}" fill="url(#g{unique})"/>{rings}</g>'
        f'<text x="256" y="262" fill="#fff" font-family="system-ui, sans-serif" font-size="132" font-weight="700" '
        f'text-anchor="middle" dominant-baseline="middle">{escape(initials(name))}</text></svg>'
    )


def badge_png(name: str, *, issuer: str, kind: str, side: int = 400) -> bytes:
    """Return the badge as a PNG of `side` pixels: the same picture without the letters, which need a font."""
    tones = palette_of(issuer)
    scale = 2
    full = SIDE * scale
    image = Image.new("RGBA", (full, full), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.polygon([(x * scale, y * scale) for x, y in _rim_points(kind, SIDE / 2, 236)], fill=tones.deep)
    draw.ellipse(_box(256, 206, scale), fill="#ffffff")
    disc = Image.linear_gradient("L").rotate(45, expand=False).resize((full, full))
    face = Image.composite(
        Image.new("RGB", (full, full), tones.deep), Image.new("RGB", (full, full), tones.bright), disc
    )
    veil = Image.new("L", (full, full), 0)
    for x, y, r in _bubbles(name, issuer):
        layer = Image.new("L", (full, full), 0)
        ImageDraw.Draw(layer).ellipse([(x - r) * scale, (y - r) * scale, (x + r) * scale, (y + r) * scale], fill=41)
        veil = Image.composite(layer.point(lambda v: min(255, v)), veil, layer.point(lambda v: 255 if v else 0))
    face.paste(Image.new("RGB", (full, full), tones.light), mask=veil)
    mask = Image.new("L", (full, full), 0)
    ImageDraw.Draw(mask).ellipse(_box(256, 196, scale), fill=255)
    image.paste(face, mask=mask)
    star = _polygon_points(SIDE / 2, 96, 44, 5)
    ImageDraw.Draw(image).polygon([(x * scale, y * scale) for x, y in star], fill="#ffffff")
    out = io.BytesIO()
    image.resize((side, side), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


def initials(name: str) -> str:
    """Return one or two letters for this name, leaving small words out."""
    words = [word for word in name.split() if word[:1].isalnum()]
    strong = [word for word in words if len(word) > 3] or words
    return "".join(word[0].upper() for word in strong[:2]) or "?"


def _bubbles(name: str, issuer: str) -> list[tuple[float, float, float]]:
    digest = hashlib.sha256(f"{issuer}\0{name}".encode()).digest()
    return [(80 + digest[i] * 1.38, 80 + digest[i + 1] * 1.38, 36 + digest[i + 2] * 0.42) for i in range(0, 18, 3)]


def _rim_points(kind: str, centre: float, radius: float) -> list[tuple[float, float]]:
    petals = _PETALS.get(kind, 6)
    points = []
    for step in range(240):
        angle = step * math.tau / 240
        reach = radius + 14 * math.cos(petals * angle)
        points.append((centre + reach * math.sin(angle), centre - reach * math.cos(angle)))
    return points


def _polygon_points(centre: float, outer: float, inner: float, corners: int) -> list[tuple[float, float]]:
    return [
        (
            centre + (outer if i % 2 == 0 else inner) * math.sin(i * math.pi / corners),
            centre - (outer if i % 2 == 0 else inner) * math.cos(i * math.pi / corners),
        )
        for i in range(2 * corners)
    ]


def _polygon(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "z"


def _box(centre: float, radius: float, scale: int) -> list[float]:
    return [(centre - radius) * scale, (centre - radius) * scale, (centre + radius) * scale, (centre + radius) * scale]


def _hex(hue: float, lightness: float, saturation: float) -> str:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
