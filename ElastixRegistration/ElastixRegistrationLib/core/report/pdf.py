"""Write the report page as a PDF with WeasyPrint, if installed."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..system.output_files import check_folder_of, check_suffix, whole_file
from ..wording import said


def check_pdf(path: str | os.PathLike) -> None:
    """Raise InputError when no PDF can be written at ``path``: its name, its folder, or WeasyPrint is missing."""
    check_suffix(Path(path), (".pdf",), "PDF")
    check_folder_of(Path(path))
    _weasyprint()


def write_pdf(page: str, path: str | os.PathLike) -> None:
    """``page``: HTML that loads nothing from elsewhere. All or nothing."""
    weasyprint = _weasyprint()
    # The page contains its pictures, and nothing else may be loaded.
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=("data",), fail_on_errors=True)
    document = weasyprint.HTML(string=page, url_fetcher=fetcher).write_pdf()
    with whole_file(path) as draft:
        draft.write_bytes(document)


def _weasyprint() -> Any:
    for name in ("weasyprint", "weasyprint.progress", "fontTools"):  # they log every step
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        import weasyprint
        import weasyprint.urls
    except (ImportError, OSError) as error:  # OSError: a system library that it needs is missing
        raise InputError(
            said(
                "A PDF needs WeasyPrint: pip install weasyprint; or print report.html from a browser ({error}).",
                error=error,
            )
        ) from error
    return weasyprint
