"""The operations of a graph as nodes of Blender: one line for each. See ``avcore.fields.expression.operations``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import AddonError

if TYPE_CHECKING:
    from bpy.types import Node, NodeSocket, NodeTree


class LiveError(AddonError):
    """A graph that this Blender cannot show, or a place that cannot have it."""


@dataclass(frozen=True)
class Place:
    """Where operations become nodes: a tree, with ``add`` to make a node of a type in it."""

    tree: NodeTree
    add: Callable[[str], Node]

    @property
    def is_shader(self) -> bool:
        """Whether it is a tree of shaders."""
        return self.tree.bl_idname == "ShaderNodeTree"


# A value of the graph while nodes are made: a constant, or the socket that it comes from.
Source = Any

MATH = {
    "add": "ADD",
    "sub": "SUBTRACT",
    "mul": "MULTIPLY",
    "div": "DIVIDE",
    "muladd": "MULTIPLY_ADD",
    "min": "MINIMUM",
    "max": "MAXIMUM",
    "abs": "ABSOLUTE",
    "floor": "FLOOR",
    "fract": "FRACT",
    "sin": "SINE",
    "cos": "COSINE",
    "pow": "POWER",
    "tanh": "TANH",
    "exp": "EXPONENT",
    "log": "LOGARITHM",
    "sqrt": "SQRT",
    "atan2": "ARCTAN2",
    "gt": "GREATER_THAN",
}
VECTOR_MATH = {
    **{op: MATH[op] for op in ("add", "sub", "mul", "div", "muladd", "min", "max", "abs", "floor", "sin", "cos")},
    "fract": "FRACTION",
    "dot": "DOT_PRODUCT",
}
EULER = 2.718281828459045


def make(place: Place, op: str, kind: str, args: list[Source]) -> NodeSocket:
    """The socket with the result of an operation on ``args``; ``kind`` is that of the result.

    Raises:
        LiveError: this version knows no such operation.
    """
    if op == "saturate":
        return _saturate(place, kind, args[0])
    if op == "where":
        return _where(place, kind, args)
    if op == "pack":
        return _wired(place, "ShaderNodeCombineXYZ", args)
    if op == "pow" and kind == "vector":
        return _power(place, *args)
    if op in VECTOR_MATH and (kind == "vector" or op == "dot"):
        return _wired(place, "ShaderNodeVectorMath", args, operation=VECTOR_MATH[op])
    if op in MATH and kind == "float":
        return _wired(place, "ShaderNodeMath", [*args, EULER] if op == "log" else args, operation=MATH[op])
    raise LiveError(f"this version of the extension does not know the operation {op!r}; update the extension")


def components(place: Place, source: Source) -> dict[str, NodeSocket]:
    """The three numbers of a vector, by the names that a graph has for them."""
    node = place.add("ShaderNodeSeparateXYZ")
    connect(place, source, node.inputs[0])
    return dict(zip("xyz", node.outputs, strict=True))


def connect(place: Place, source: Source, socket: NodeSocket) -> None:
    """Lead a value into a socket: a wire, or a constant as its own value."""
    if isinstance(source, int | float | tuple | list):
        is_vector = hasattr(socket.default_value, "__len__")
        if is_vector and isinstance(source, int | float):
            source = (source,) * 3
        socket.default_value = source
    else:
        place.tree.links.new(source, socket)


def _wired(place: Place, idname: str, args: list[Source], **settings: Any) -> NodeSocket:
    node = place.add(idname)
    for name, value in settings.items():
        setattr(node, name, value)
    for socket, source in zip(node.inputs, args, strict=False):
        connect(place, source, socket)
    return next(socket for socket in node.outputs if socket.enabled)


def _saturate(place: Place, kind: str, source: Source) -> NodeSocket:
    if kind == "vector":
        above = _wired(place, "ShaderNodeVectorMath", [source, 0.0], operation="MAXIMUM")
        return _wired(place, "ShaderNodeVectorMath", [above, 1.0], operation="MINIMUM")
    return _wired(place, "ShaderNodeClamp", [source, 0.0, 1.0])


def _where(place: Place, kind: str, args: list[Source]) -> NodeSocket:
    node = place.add("ShaderNodeMix")
    node.data_type = "VECTOR" if kind == "vector" else "FLOAT"
    suffix = node.data_type.capitalize()
    sockets = {socket.identifier: socket for socket in (*node.inputs, *node.outputs)}
    # The mix is of B where the factor is 1, and of A where it is 0.
    for name, source in zip(("Factor_Float", f"B_{suffix}", f"A_{suffix}"), args, strict=True):
        connect(place, source, sockets[name])
    return sockets[f"Result_{suffix}"]


def _power(place: Place, source: Source, exponent: float) -> NodeSocket:
    """All three at once where there is a node for it: Gamma in shaders."""
    if place.is_shader:
        return _wired(place, "ShaderNodeGamma", [source, exponent])
    raised = [
        _wired(place, "ShaderNodeMath", [lane, exponent], operation="POWER")
        for lane in components(place, source).values()
    ]
    return _wired(place, "ShaderNodeCombineXYZ", list(raised))
