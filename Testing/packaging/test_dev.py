"""dev.py runs with the standard library only, on every supported Python."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

DEV = Path(__file__).resolve().parents[2] / "dev.py"


def test_dev_imports_the_standard_library_only():
    tree = ast.parse(DEV.read_text(encoding="utf-8"))
    names = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert names <= sys.stdlib_module_names | {"__future__"}
