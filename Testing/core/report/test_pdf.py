"""The report as a PDF."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from ElastixRegistrationLib.core.errors import InputError
from ElastixRegistrationLib.core.images.pictures import png_bytes
from ElastixRegistrationLib.core.report.pdf import check_pdf, write_pdf

try:
    import weasyprint  # noqa: F401
except (ImportError, OSError) as error:
    pytest.skip(f"WeasyPrint, or Pango, which it needs, is missing: {error}", allow_module_level=True)

PICTURE = f"data:image/png;base64,{base64.b64encode(png_bytes(np.zeros((2, 3)))).decode()}"


def test_a_page_with_pictures_becomes_a_pdf(tmp_path):
    write_pdf(f'<h1>Report</h1><img src="{PICTURE}">', tmp_path / "r.pdf")
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF-")


def test_nothing_is_loaded_from_elsewhere(tmp_path):
    (tmp_path / "secret.png").write_bytes(b"none")
    with pytest.raises(BaseException, match="secret"):
        write_pdf(f'<img src="{(tmp_path / "secret.png").as_uri()}">', tmp_path / "r.pdf")
    assert not (tmp_path / "r.pdf").exists()


def test_a_wrong_place_is_refused_first(tmp_path):
    with pytest.raises(InputError, match="PDF format"):
        check_pdf(tmp_path / "r.doc")
    with pytest.raises(InputError, match="does not exist"):
        check_pdf(tmp_path / "none" / "r.pdf")
