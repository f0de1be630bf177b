"""A preset's picture in the Open Shading Language, for Cycles and other renderers.

The language: https://open-shading-language.readthedocs.io
"""

from __future__ import annotations

from avcore.export.source import Language, function_name, functions, identifier, number
from avcore.fields.expression.graph import Graph, Input

OSL = Language(vector="vector", out="output", operations={"atan2": "atan2({0}, {1})"})


def to_osl(graph: Graph) -> str:
    """The source of a shader with the inputs and outputs of the graph; spaces in names become ``_``."""
    called = ", ".join([*(identifier_of(item.name) for item in graph.inputs), "found", "Height", "Emission_Strength"])
    parameters = [_parameter(item) for item in graph.inputs]
    return "\n".join(
        [
            f"/* {comment(graph.name)}, by avcore. Vector: 0 to 1 across the picture. Color is linear light. */",
            "",
            functions(graph, OSL),
            "",
            f"shader avcore_{identifier(graph.name) or 'picture'}_shader(",
            *(f"    {line}," for line in parameters),
            "    output color Color = 0,",
            "    output float Height = 0,",
            "    output float Emission_Strength = 0)",
            "{",
            "    vector found;",
            f"    {function_name(graph.main)}({called});",
            "    Color = color(found[0], found[1], found[2]);",
            "}",
            "",
        ]
    )


def identifier_of(name: str) -> str:
    """The parameter that stands for an input."""
    word = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name)
    return f"{word}_" if word in ("output", "color", "float", "int", "point", "normal", "string", "time") else word


def comment(text: str) -> str:
    """Text that ends no comment."""
    return " ".join(text.replace("*/", "* /").split())


def _parameter(item: Input) -> str:
    name = identifier_of(item.name)
    about = f'[[ string help = "{item.help}" ]]'
    if isinstance(item.default, tuple):
        return f"vector {name} = vector({', '.join(map(number, item.default))}) {about}"
    return f"float {name} = {number(item.default)} {about}"
