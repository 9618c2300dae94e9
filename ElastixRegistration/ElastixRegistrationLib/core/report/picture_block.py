"""Rows of pictures under a title."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from ..images import pictures

_PICTURE_HEIGHT = 400  # px at most on the screen; a single slice would fill the page
#: Letters at the left and right edge of the picture of each plane; a 2D image has none.
_SIDES = {"axial": ("R", "L"), "coronal": ("R", "L"), "sagittal": ("A", "P")}


def picture_block(title: str, caption: str, rows: Mapping[str, Sequence[np.ndarray]], planes: Sequence) -> str:
    """Pictures in a table: a row before, a row after, a column for each plane; one plane takes a single row."""
    table = [
        [
            (picture, f"{title} {when.lower()} {plane.name}", _SIDES.get(plane.name, ()))
            for picture, plane in zip(row, planes, strict=True)
        ]
        for when, row in rows.items()
    ]
    row_names, column_names = list(rows), [plane.name for plane in planes]
    if len(planes) == 1:
        table = [[cell for row in table for cell in row]]
        row_names, column_names = column_names, [name.lower() for name in row_names]
    # Columns as wide as their pictures are at one common height, so that the planes line up.
    shapes = [[picture.shape for picture, *_ in column] for column in zip(*table, strict=True)]
    widths = [min(max(width / height for height, width, *_ in column), 2.2) for column in shapes]
    columns = " ".join(f"minmax(0,{width:.3f}fr)" for width in widths)
    most = round(80 + _PICTURE_HEIGHT * sum(widths))
    cells = []
    for name, row in zip(row_names, table, strict=True):
        cells.append(f'<div class="when">{escape(name)}</div>')
        for picture, alt, sides in row:
            height, width = picture.shape[:2]
            letters = "".join(f"<span>{letter}</span>" for letter in sides)
            size = f'width="{width}" height="{height}"'
            cells.append(f'<figure><img src="{data_uri(picture)}" {size} alt="{escape(alt)}">{letters}</figure>')
    names = "".join(f"<div>{escape(name)}</div>" for name in column_names)
    return (
        f'<div class="block"><h3>{escape(title)}</h3><p class="quiet">{caption}</p>'
        f'<div class="pictures" style="grid-template-columns:4em {columns};max-width:{most}px">'
        f"{''.join(cells)}<div></div>{names}</div></div>"
    )


def data_uri(picture: np.ndarray) -> str:
    return "data:image/png;base64," + base64.b64encode(pictures.png_bytes(picture)).decode()
