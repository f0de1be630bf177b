"""Graphs as source code of languages that look like C: a function for each group, a line for each operation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from avcore.fields.expression.graph import Arg, Graph, Group, Kind, Node, Ref

# ``{T}`` is the type of the result; arguments of a vector's operation are vectors.
COMMON: Mapping[str, str] = {
    "add": "{0} + {1}",
    "sub": "{0} - {1}",
    "mul": "{0} * {1}",
    "div": "{0} / {1}",
    "muladd": "{0} * {1} + {2}",
    "min": "min({0}, {1})",
    "max": "max({0}, {1})",
    "saturate": "clamp({0}, {T}(0.0), {T}(1.0))",
    "abs": "abs({0})",
    "floor": "floor({0})",
    "fract": "{0} - floor({0})",
    "sin": "sin({0})",
    "cos": "cos({0})",
    "pow": "pow(max({0}, {T}(0.0)), {1})",
    "where": "({0} > 0.5) ? {1} : {2}",
    "tanh": "tanh(clamp({0}, -20.0, 20.0))",  # beyond, some drivers divide infinities
    "exp": "exp({0})",
    "log": "log({0})",
    "sqrt": "sqrt({0})",
    "gt": "({0} > {1}) ? 1.0 : 0.0",
    "dot": "dot({0}, {1})",
    "pack": "{V}({0}, {1}, {2})",
    "x": "{0}[0]",
    "y": "{0}[1]",
    "z": "{0}[2]",
}


@dataclass(frozen=True)
class Language:
    """What differs: the name of a vector, of what a function gives back, and of a few operations."""

    vector: str
    out: str
    operations: Mapping[str, str]

    def type(self, kind: Kind) -> str:
        """The type of a value."""
        return self.vector if kind == "vector" else "float"


def identifier(name: str) -> str:
    """A name as a word of the language."""
    return re.sub(r"\W+", "_", name.strip()).strip("_").lower()


def functions(graph: Graph, language: Language) -> str:
    """A function for each group, named ``avcore_`` and its name: its inputs in order, then its outputs."""
    groups = {group.name: group for group in graph.groups}
    return "\n\n".join("\n".join(_function(group, groups, language)) for group in graph.groups)


def function_name(group: Group) -> str:
    """What the function of a group is called."""
    return f"avcore_{identifier(group.name)}"


def _function(group: Group, groups: Mapping[str, Group], language: Language) -> Iterator[str]:
    takes = [f"{language.type(node.kind)} {_inside(group, node)}" for node in group.inputs]
    gives = [
        f"{language.out} {language.type(group.kind_of(value))} o_{identifier(name)}"
        for name, value in group.outputs.items()
    ]
    yield f"void {function_name(group)}({', '.join([*takes, *gives])})"
    yield "{"
    for index, node in enumerate(group.nodes):
        yield from (f"    {line}" for line in _lines(group, index, node, groups, language))
    for name, value in group.outputs.items():
        yield f"    o_{identifier(name)} = {_value(group, value, group.kind_of(value), language)};"
    yield "}"


def _inside(group: Group, node: Node) -> str:
    """What an input is called in its function; names that differ by a hyphen or by case alone stay apart."""
    return f"i{group.inputs.index(node)}_{identifier(node.name)}"


def _lines(group: Group, index: int, node: Node, groups: Mapping[str, Group], language: Language) -> Iterator[str]:
    if node.op == "input":
        yield f"{language.type(node.kind)} n{index} = {_inside(group, node)};"
    elif node.op == "call":
        called = groups[node.name]
        given = [_value(group, arg, item.kind, language) for arg, item in zip(node.args, called.inputs, strict=True)]
        names = [f"n{index}_{identifier(name)}" for name in called.outputs]
        for name, value in zip(names, called.outputs.values(), strict=True):
            yield f"{language.type(called.kind_of(value))} {name};"
        yield f"{function_name(called)}({', '.join([*given, *names])});"
    elif node.op == "get":
        (call,) = node.args
        assert isinstance(call, Ref)
        yield f"{language.type(node.kind)} n{index} = n{call.node}_{identifier(node.name)};"
    else:
        yield f"{language.type(node.kind)} n{index} = {_operation(group, node, language)};"


def _operation(group: Group, node: Node, language: Language) -> str:
    takes_vectors = node.kind == "vector" and node.op != "pack"
    kinds: list[Kind] = [
        "vector" if takes_vectors and not (node.op == "where" and place == 0) else "float"
        for place in range(len(node.args))
    ]
    if node.op in ("dot", "x", "y", "z"):
        kinds = ["vector"] * len(node.args)
    given = [_value(group, arg, kind, language) for arg, kind in zip(node.args, kinds, strict=True)]
    template = {**COMMON, **language.operations}[node.op]
    return template.format(*given, T=language.type(node.kind), V=language.vector)


def _value(group: Group, arg: Arg, kind: Kind, language: Language) -> str:
    if isinstance(arg, Ref):
        text = f"n{arg.node}"
        return f"{language.vector}({text})" if kind == "vector" and group.nodes[arg.node].kind == "float" else text
    if isinstance(arg, tuple):
        return f"{language.vector}({', '.join(map(number, arg))})"
    return f"{language.vector}({number(arg)})" if kind == "vector" else number(arg)


def number(value: float) -> str:
    """A constant, in brackets where it is negative, so that it may follow any sign."""
    text = f"{value:.9g}"
    text = text if "." in text or "e" in text else f"{text}.0"
    return f"({text})" if value < 0 else text
