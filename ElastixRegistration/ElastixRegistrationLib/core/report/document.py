"""The frame of every page: one HTML file that loads nothing from elsewhere and runs no script."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from .style import STYLE

_PURPOSE = "Made by software for research. It is not a medical device and not approved for clinical use."


def html_document(title: str, sections: Iterable[str], style: str = "") -> str:
    """``sections`` are HTML, empty ones are left out; ``style`` is CSS in addition to that of all pages."""
    body = "\n".join(section for section in sections if section)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:;'
        " style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}{style}</style></head>\n<body><main>\n{body}\n"
        f"<footer>{_PURPOSE}</footer></main></body></html>\n"
    )
