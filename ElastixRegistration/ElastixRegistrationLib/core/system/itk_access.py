"""Reach wrapped ITK classes without loading all of ITK.

``itk.ImageFileReader`` and its like resolve whole groups of modules, 8-10 s for elastix; the submodule of one class
loads in milliseconds. Only this file knows how the wheels name their submodules. Should they move, the public ``itk``
namespace answers instead, slower.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np

from ..errors import InputError
from ..wording import said

#: numpy type -> how ITK's wrapping names it. Types that ITK's Python packages do not wrap map to a wider one.
_COMPONENTS = {
    "uint8": "UC",
    "int16": "SS",
    "uint16": "US",
    "int32": "SI",
    "uint32": "UI",
    "float32": "F",
    "float64": "D",
}
#: Submodules of the ``itk`` package, in an order in which none brings many others along.
_PIECES = tuple(
    f"itk.{name}"
    for name in (
        *("support.extras", "_ITKCommonPython", "itkMatrixPython", "itkPointSetPython", "itkImagePython"),
        *("itkVectorImagePython", "itkOptimizerParametersPython", "itkTransformBasePython"),
    )
)
_BRIDGE = "itk._ITKBridgeNumPyPython"
_WIDER = {"bool": "uint8", "int8": "int16", "int64": "float64", "uint64": "float64", "float16": "float32"}
DTYPES = {name: np.dtype(dtype) for dtype, name in _COMPONENTS.items()} | {
    "UL": np.dtype(np.uintp),
    "ULL": np.dtype("uint64"),
    "SL": np.dtype(np.intp),
    "SLL": np.dtype("int64"),
    "SC": np.dtype("int8"),
}


class _Process:
    """``is_ours``: whether nothing but this package runs in it."""

    is_ours = False


def use_itk_alone() -> None:
    """In a process that runs nothing but this package: ITK does without xarray and PyTorch where these are installed.
    It would load both with its first filter, which takes 0.4 s and seconds, to take their arrays as images."""
    _Process.is_ours = True


def before_itk() -> None:
    """What must happen before ITK is loaded.

    Slicer's launcher points a variable at its own ITK plugins, and an ITK from pip that loads them can crash (Slicer
    issue 8947).
    """
    os.environ.pop("ITK_AUTOLOAD_PATH", None)
    if _Process.is_ours:
        _without_other_arrays()


@cache
def _without_other_arrays() -> None:
    try:
        helpers = importlib.import_module("itk.support.helpers")
    except ImportError:
        return
    for name in ("_HAVE_XARRAY", "_HAVE_TORCH"):
        if hasattr(helpers, name):
            setattr(helpers, name, False)


@cache
def wrapped_class(name: str, suffix: str, module: str | None = None) -> Any:
    """The wrapped class ``itk<name><suffix>``, for example ``wrapped_class("ImageFileReader", "IF3")``.

    ``module`` names the submodule where that is not ``itk<name>Python``. Raises InputError when this ITK has no such
    class, for example a pixel type that is not wrapped.
    """
    found = quickly_wrapped_class(name, suffix, module)
    if found is not None:
        return found
    import itk

    template = getattr(itk, name.removeprefix("elastix"), None)
    instances = [template] if template is None or not hasattr(template, "values") else template.values()
    for instance in instances:
        if getattr(instance, "__name__", None) == _class_name(name, suffix):
            return instance
    raise InputError(
        said(
            "The installed ITK has no class {value}; itk 5.4 with itk-elastix 0.25 is needed.",
            value=_class_name(name, suffix),
        )
    )


def quickly_wrapped_class(name: str, suffix: str, module: str | None = None) -> Any | None:
    """The same from its submodule only; None when that has no such class."""
    before_itk()
    try:
        submodule = importlib.import_module(f"itk.{module or f'itk{name}Python'}")
    except ImportError:
        return None
    return getattr(submodule, _class_name(name, suffix), None)


def _class_name(name: str, suffix: str) -> str:
    return f"{'' if name[0].islower() else 'itk'}{name}{suffix}"


def component_of(dtype: np.dtype | type) -> str:
    """ITK's name of a pixel component type, of the next wider one where ITK does not wrap this one."""
    name = np.dtype(dtype).name
    try:
        return _COMPONENTS[_WIDER.get(name, name)]
    except KeyError:
        raise InputError(said("Voxels of type {name} are not supported.", name=name)) from None


def suffix_of(image: Any) -> str:
    """How the wrapping names the type of an image after ``itk``: ``IF3`` of Image, ``VIF3`` of VectorImage."""
    name = type(image).__name__
    return name.replace("itkVectorImage", "VI", 1) if name.startswith("itkVector") else name.replace("itkImage", "I", 1)


@cache
def numpy_bridge(name: str, suffix: str, function: str) -> Callable[..., Any]:
    """A static function of ITK's bridge to NumPy, for example ``numpy_bridge("PyBuffer", "IF3", "_GetImage...")``.

    Straight from its library: the Python module around it loads Dask where that is installed, 0.3 s and 25 MB.
    Raises InputError for a pixel type that is not wrapped.
    """
    before_itk()
    try:
        importlib.import_module("itk.itkVectorImagePython")  # the types that it takes and gives
        importlib.import_module(_BRIDGE)
        return getattr(sys.modules["itk._itkPyBufferPython"], f"itk{name}{suffix}_{function}")
    except (ImportError, AttributeError, KeyError):
        return getattr(wrapped_class(name, suffix, "itkPyBufferPython"), function)


def fill_parameters(parameters: Any, values: np.ndarray) -> Any:
    """Write ``values`` into an ITK parameter array of the same length, in one copy, and return it."""
    if len(parameters) != len(values):
        parameters.SetSize(len(values))
    _vector_view(parameters)[:] = values
    return parameters


def parameters_of(parameters: Any, copy: bool = True) -> np.ndarray:
    """A copy of an ITK parameter array, float64; with ``copy=False`` its memory, as long as its owner lives."""
    view = _vector_view(parameters) if len(parameters) else np.empty(0)
    return view.copy() if copy else view


def _vector_view(parameters: Any) -> np.ndarray:
    memory = numpy_bridge("PyVnl", "D", "_GetArrayViewFromVnlVector")(parameters)
    return np.asarray(memory).view(np.float64)


def matrix(rows: np.ndarray) -> Any:
    """ITK's (D, D) matrix. ``itk.matrix_from_array`` would look through all of ITK's pixel types first, 0.3 s."""
    rows = np.asarray(rows, float)
    size = len(rows)
    values = wrapped_class("vnl_matrix_fixed", f"D_{size}_{size}", "vnl_matrix_fixedPython")()
    for row, column in np.ndindex(rows.shape):
        values.put(row, column, float(rows[row, column]))
    return wrapped_class("Matrix", f"D{size}{size}")(values)


def preload() -> Iterator[None]:
    """Load what every registration needs of ITK, a piece at a time, for a window that must stay alive meanwhile.

    Nothing when it is loaded already. Raises ImportError without ITK.
    """
    before_itk()
    for name in (*_PIECES, _BRIDGE):
        if name not in sys.modules:
            importlib.import_module(name)
            yield
