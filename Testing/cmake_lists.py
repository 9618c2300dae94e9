"""Write the lists of scripts and resources in the module's CMakeLists.txt anew, from the files on disk.

    python3 Testing/cmake_lists.py

Testing/packaging/test_cmake.py holds both lists against the files.
"""

from __future__ import annotations

import re
from pathlib import Path

MODULE = Path(__file__).resolve().parents[1] / "ElastixRegistration"
FOLDERS = ("ElastixRegistrationCompat", "ElastixRegistrationLib", "Resources")


def files_on_disk() -> dict[str, list[str]]:
    """Names of files relative to the module's folder, by the CMake variable that lists them."""
    found = [path.relative_to(MODULE) for path in MODULE.rglob("*") if path.is_file()]
    kept = sorted(path.as_posix() for path in found if "__pycache__" not in path.parts and path.parts[0] in FOLDERS)
    return {
        "MODULE_PYTHON_SCRIPTS": ["ElastixRegistration.py", *(name for name in kept if name.endswith(".py"))],
        "MODULE_PYTHON_RESOURCES": [name for name in kept if not name.endswith(".py")],
    }


def main() -> None:
    lists = MODULE / "CMakeLists.txt"
    text = lists.read_text(encoding="utf-8")
    for variable, names in files_on_disk().items():
        listed = "".join(f"  {name}\n" for name in names)
        text = re.sub(rf"set\({variable}\n.*?\n  \)", f"set({variable}\n{listed}  )", text, flags=re.DOTALL)
    lists.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
