"""slicer.parameterNodeWrapper: what a member of a wrapper may be, and how it is kept in the parameter node.

Read in Slicer/Slicer:Base/Python/slicer/parameterNodeWrapper/ (serializers.py, validators.py, util.py, default.py).
Not here, and refused: packs, lists, dictionaries, unions, colors.
"""

from __future__ import annotations

import abc
import logging
import pathlib
import typing
import weakref
from collections.abc import Callable
from typing import Annotated, Any

import slicer
import vtk


def splitAnnotations(datatype: Any) -> tuple[Any, tuple[Any, ...]]:
    kind, *annotations = typing.get_args(Annotated[datatype, ...])
    return kind, tuple(annotations[:-1])


def unannotatedType(datatype: Any) -> Any:
    return splitAnnotations(datatype)[0]


def is_node_type(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, slicer.vtkMRMLNode)


# --- what a member may be ---


class Default:
    def __init__(self, value: Any = None, *, generator: Callable[[], Any] | None = None) -> None:
        self._value, self._generator = value, generator

    @property
    def value(self) -> Any:
        return self._generator() if self._generator else self._value


class Validator(abc.ABC):
    @abc.abstractmethod
    def validate(self, value: Any) -> None: ...


class NotNone(Validator):
    def validate(self, value: Any) -> None:
        if value is None:
            raise ValueError("Value must not be None")


class IsInstance(Validator):
    def __init__(self, classtype: Any) -> None:
        self.classtype = classtype

    def validate(self, value: Any) -> None:
        if value is not None and not isinstance(value, self.classtype):
            raise TypeError(f"Value must be of type '{self.classtype}', is type '{type(value)}' value '{value}'")


class WithinRange(Validator):
    def __init__(self, minimum: float, maximum: float) -> None:
        self.minimum, self.maximum = minimum, maximum

    def validate(self, value: Any) -> None:
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"Value must be within range [{self.minimum}, {self.maximum}], is {value}")


class Choice(Validator):
    def __init__(self, choices: Any) -> None:
        self.choices = choices

    def validate(self, value: Any) -> None:
        if value not in self.choices:
            raise ValueError(f"Value must be within {self.choices}, is {value}")


# --- how a member is kept ---


class Serializer(abc.ABC):
    @staticmethod
    @abc.abstractmethod
    def canSerialize(type_: Any) -> bool: ...

    @staticmethod
    @abc.abstractmethod
    def create(type_: Any) -> Any: ...

    @abc.abstractmethod
    def default(self) -> Any: ...

    @abc.abstractmethod
    def isIn(self, parameterNode: Any, name: str) -> bool: ...

    @abc.abstractmethod
    def write(self, parameterNode: Any, name: str, value: Any) -> None: ...

    @abc.abstractmethod
    def read(self, parameterNode: Any, name: str) -> Any: ...

    @abc.abstractmethod
    def remove(self, parameterNode: Any, name: str) -> None: ...

    @staticmethod
    def supportsCaching() -> bool:
        return False


class _TextSerializer(Serializer):
    """The built-in types that are kept as one text. A bool is "True" or "False" and nothing else."""

    def __init__(self, type_: Any) -> None:
        self._type = type_

    @staticmethod
    def canSerialize(type_: Any) -> bool:
        return type_ in (str, int, float, bool, pathlib.Path)

    @staticmethod
    def create(type_: Any) -> Serializer:
        return _TextSerializer(type_)

    def default(self) -> Any:
        return 0 if self._type is float else self._type()

    def isIn(self, parameterNode: Any, name: str) -> bool:
        return bool(parameterNode.HasParameter(name))

    def write(self, parameterNode: Any, name: str, value: Any) -> None:
        NotNone().validate(value)
        IsInstance((int, float) if self._type is float else self._type).validate(value)
        parameterNode.SetParameter(name, str(value))

    def read(self, parameterNode: Any, name: str) -> Any:
        text = parameterNode.GetParameter(name)
        return text == "True" if self._type is bool else self._type(text)

    def remove(self, parameterNode: Any, name: str) -> None:
        parameterNode.UnsetParameter(name)

    @staticmethod
    def supportsCaching() -> bool:
        return True


class _NodeSerializer(Serializer):
    """A node by reference, beside a text of the same name that says that the member was set."""

    def __init__(self, type_: Any) -> None:
        self._type = type_

    @staticmethod
    def canSerialize(type_: Any) -> bool:
        return is_node_type(type_)

    @staticmethod
    def create(type_: Any) -> Serializer:
        return _NodeSerializer(type_)

    def default(self) -> None:
        return None

    def isIn(self, parameterNode: Any, name: str) -> bool:
        return bool(parameterNode.HasParameter(name))

    def write(self, parameterNode: Any, name: str, value: Any) -> None:
        IsInstance(self._type).validate(value)
        parameterNode.SetParameter(name, "")
        parameterNode.SetNodeReferenceID(name, value.GetID() if value is not None else None)

    def read(self, parameterNode: Any, name: str) -> Any:
        return parameterNode.GetNodeReference(name)

    def remove(self, parameterNode: Any, name: str) -> None:
        parameterNode.UnsetParameter(name)
        parameterNode.RemoveNodeReferenceIDs(name)

    @staticmethod
    def supportsCaching() -> bool:
        return True


_serializers: list[type[Serializer]] = [_TextSerializer, _NodeSerializer]


def parameterNodeSerializer(classtype: Any = None) -> Any:
    def register(cls: type[Serializer]) -> type[Serializer]:
        _serializers.append(cls)
        return cls

    return register if classtype is None else register(classtype)


class Member:
    """One member of a wrapper class."""

    def __init__(self, name: str, datatype: Any, default: Default | None) -> None:
        kind, annotations = splitAnnotations(datatype)
        given = [one for one in annotations if isinstance(one, Serializer)]
        if len(given) > 1:
            raise Exception("Multiple serializers found")
        makers = [one for one in _serializers if one.canSerialize(kind)]
        if not given and not makers:
            raise Exception(f"Unable to create serializer for type: {kind}")
        self.name, self.datatype = name, datatype
        self.serializer = given[0] if given else makers[0].create(kind)
        self.validators = [one for one in annotations if isinstance(one, Validator)]
        annotated = [one for one in annotations if isinstance(one, Default)]
        self.default = default or (annotated[0] if annotated else Default(self.serializer.default()))
        unused = [one for one in annotations if not isinstance(one, (Serializer, Validator, Default))]
        if unused:
            logging.warning("Unused annotations: %s", unused)

    def write(self, node: Any, value: Any) -> None:
        for validator in self.validators:
            validator.validate(value)
        self.serializer.write(node, self.name, value)

    def read(self, node: Any) -> Any:
        if not self.serializer.isIn(node, self.name):
            self.serializer.write(node, self.name, self.default.value)
        return self.serializer.read(node, self.name)


class Value:
    """A member of one node."""

    isCached = False

    def __init__(self, member: Member, node: Any) -> None:
        self.member, self.node = member, node

    def read(self) -> Any:
        return self.member.read(self.node)

    def write(self, value: Any) -> None:
        self.member.write(self.node, value)


class CachedValue(Value):
    """Read again when the node changes."""

    isCached = True

    def __init__(self, member: Member, node: Any) -> None:
        super().__init__(member, node)
        self._value = member.read(node)
        me = weakref.ref(self)
        self._tag = node.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda caller, event: me()._update())
        self._writing = False

    def __del__(self) -> None:
        self.node.RemoveObserver(self._tag)

    def _update(self) -> None:
        if not self._writing:
            self._value = self.member.read(self.node)

    def read(self) -> Any:
        return self._value

    def write(self, value: Any) -> None:
        self._writing = True
        try:
            with slicer.util.NodeModify(self.node):
                super().write(value)
                self._value = self.member.read(self.node)
        finally:
            self._writing = False
