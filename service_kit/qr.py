"""QR codes as SVG: dark on white in every theme, with a quiet zone, so that any camera reads them."""

from __future__ import annotations

from xml.sax.saxutils import escape

import segno


def qr_svg(text: str, *, title: str, css_class: str = "qr") -> str:
    """Return an SVG of `text` (error level M, border 4) with `title` as its alternative text."""
    code = segno.make(text, error="m", micro=False)
    side = code.symbol_size(border=4)[0]
    path = "".join(
        f"M{x + 4} {y + 4}h1v1h-1z" for y, row in enumerate(code.matrix) for x, dark in enumerate(row) if dark
    )
    return (
        f'<svg class="{css_class}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" '
        f'aria-label="{escape(title, {chr(34): "&quot;"})}" shape-rendering="crispEdges">'
        f'<rect width="{side}" height="{side}" fill="#fff"/><path fill="#111" d="{path}"/></svg>'
    )
