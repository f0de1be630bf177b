"""A preset's picture in GLSL ES 3.0, which WebGL 2 and desktop OpenGL from 4.3 on take."""

from __future__ import annotations

from avcore.export.osl import comment, identifier_of
from avcore.export.source import Language, function_name, functions
from avcore.fields.expression.graph import Graph

GLSL = Language(vector="vec3", out="out", operations={"atan2": "atan({0}, {1})", "fract": "fract({0})"})

# As ``avcore.srgb``: what a screen is sent.
TO_SCREEN = """vec3 avcore_to_screen(vec3 light)
{
    vec3 bright = 1.055 * pow(max(light, vec3(0.0)), vec3(1.0 / 2.4)) - 0.055;
    return mix(light * 12.92, bright, step(vec3(0.0031308), light));
}"""


def to_glsl(graph: Graph) -> str:
    """A fragment shader: a uniform for each input, called as it is with ``u_`` before, and what is needed to call it.

    ``place`` goes from 0 to 1 across the picture; ``colour`` is display-referred sRGB. Other hosts call
    ``avcore_picture`` with the inputs in order, and take its outputs: linear light, height, strength of emission.
    """
    uniforms = [item for item in graph.inputs if item.name != "Vector"]
    called = ["vec3(place, 0.0)" if item.name == "Vector" else uniform(item.name) for item in graph.inputs]
    return "\n".join(
        [
            "#version 300 es",
            f"// {comment(graph.name)}, by avcore",
            "precision highp float;",
            "in vec2 place;",
            "out vec4 colour;",
            *(f"uniform float {uniform(item.name)};  // {item.help}" for item in uniforms),
            "",
            functions(graph, GLSL),
            "",
            TO_SCREEN,
            "",
            "void main()",
            "{",
            "    vec3 light;",
            "    float height, emission;",
            f"    {function_name(graph.main)}({', '.join(called)}, light, height, emission);",
            "    colour = vec4(avcore_to_screen(light), 1.0);",
            "}",
            "",
        ]
    )


def uniform(name: str) -> str:
    """The uniform that stands for an input."""
    return f"u_{identifier_of(name)}"
