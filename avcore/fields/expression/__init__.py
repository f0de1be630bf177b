"""Neural fields as graphs of typed operations, which become nodes and shaders.

``build_graph`` runs the reference implementation on symbols (``symbols``) and writes down what it does; ``evaluate``
computes a graph with NumPy, and ``avcore.export`` and the Blender extension write it in other languages. What a preset
needs to be a graph is in ``avcore.export.preset``.
"""

from avcore.fields.expression.build import build_graph
from avcore.fields.expression.evaluate import evaluate
from avcore.fields.expression.graph import Graph, Group, Input, Node, Ref
from avcore.fields.expression.operations import OPERATIONS

__all__ = ["OPERATIONS", "Graph", "Group", "Input", "Node", "Ref", "build_graph", "evaluate"]
