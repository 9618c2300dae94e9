"""Data to reproduce a registration: versions, checksums of the voxels, and a command without paths."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from shlex import quote

import numpy as np

from ... import __version__
from ..request import OPTIONS

PLAIN_OPTIONS = frozenset(
    {
        *(option.flag for option in OPTIONS if option.is_shareable),
        *("--pairing", "--landmark-start", "--inverse-method", "--registration-grid", "--tolerance"),
    }
)
#: Options that count only beside another one.
_ONLY_WITH = {
    "--pairing": "fixed_points",
    "--inverse-method": "output_inverse",
    "--registration-grid": "output_registration",
}
#: Options given once for each value.
_REPEATED = ("--channel", "--tolerance")
#: Words of --channel that are not file names.
_PLAIN_WORDS = ("weight=", "metric=", "kind=")


def software_versions() -> dict[str, str]:
    """Versions that determine the result, for ``Report.settings`` or a result file."""
    versions = {"ElastixRegistration": __version__, "Python": python_version()}
    for package in ("itk-elastix", "itk", "numpy"):
        try:
            versions[package] = version("itk-core" if package == "itk" else package)
        except PackageNotFoundError:
            versions[package] = "unknown"
    return versions


def voxel_checksum(array: np.ndarray) -> str:
    """SHA-256 of type, shape and voxels. It is the same for one image in several file formats."""
    digest = hashlib.sha256(f"{array.dtype.str} {array.shape}".encode())
    digest.update(np.ascontiguousarray(array).data.cast("B"))
    return digest.hexdigest()


def anonymous_command(options: Mapping[str, object]) -> str:
    """A ``register`` command line without paths: values of options become the option's name in capitals.

    ``options``: the parsed values of all options by name, fixed_mask for --fixed-mask; the original arguments could
    contain a file after any option. {"preset": "lung", "fixed_mask": "/home/x/Smith.nrrd"} becomes
    ``elastix-registration register FIXED MOVING --preset lung --fixed-mask FIXED_MASK``.
    """
    words = ["elastix-registration register FIXED MOVING"]
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        needed = _ONLY_WITH.get(option)
        if value is None or value is False or value in ([], ()) or (needed and not options.get(needed)):
            continue
        if value is True:
            words.append(option)
            continue
        for group in value if option in _REPEATED and isinstance(value, list) else [value]:
            given = [str(word) for word in group] if isinstance(group, list) else [str(group)]
            is_plain = option in PLAIN_OPTIONS
            words += [option, *(quote(w) if is_plain or w.startswith(_PLAIN_WORDS) else name.upper() for w in given)]
    return " ".join(words)
