"""Groups without what is not needed, and with fewer nodes for the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from avcore.fields.expression.graph import Arg, Group, Node, Ref


def tidied(group: Group, *, all_inputs: bool = False) -> Group:
    """The same outputs from fewer nodes: nothing unused, a product and a sum in one, the part behind the point in one.

    With ``all_inputs``, inputs stay where nothing needs them.
    """
    nodes = list(group.nodes)
    for _ in range(2):  # what is fused in the first round leaves its parts unused for the second
        uses = _uses(nodes, group.outputs.values())
        nodes = [_fused(node, nodes, uses) for node in nodes]
    uses = _uses(nodes, group.outputs.values())
    kept = [index for index, node in enumerate(nodes) if uses[index] or (all_inputs and node.op == "input")]
    places = {old: Ref(new) for new, old in enumerate(kept)}

    def moved(arg: Arg) -> Arg:
        return places[arg.node] if isinstance(arg, Ref) else arg

    return Group(
        group.name,
        tuple(replace(nodes[i], args=tuple(map(moved, nodes[i].args))) for i in kept),
        {name: moved(arg) for name, arg in group.outputs.items()},
    )


def _uses(nodes: list[Node], outputs: object) -> Counter[int]:
    """How often the value of each node is wanted, for the sake of the outputs."""
    uses: Counter[int] = Counter(arg.node for arg in outputs if isinstance(arg, Ref))  # type: ignore[attr-defined]
    for index in range(len(nodes) - 1, -1, -1):
        if uses[index]:
            uses.update(arg.node for arg in nodes[index].args if isinstance(arg, Ref))
    return uses


def _fused(node: Node, nodes: list[Node], uses: Counter[int]) -> Node:
    if node.op not in ("add", "sub"):
        return node
    a, b = node.args
    if node.op == "sub" and isinstance(b, Ref) and nodes[b.node] == Node("floor", (a,), node.kind):
        return replace(node, op="fract", args=(a,))
    for product, rest in ((a, b), (b, a)):
        if not isinstance(product, Ref) or uses[product.node] != 1 or nodes[product.node].op != "mul":
            continue
        left, right = nodes[product.node].args
        if node.op == "sub" and product is a:
            if isinstance(rest, Ref):
                continue
            rest = _negative(rest)
        elif node.op == "sub":
            if isinstance(right, Ref):
                continue
            right = _negative(right)
        return replace(node, op="muladd", args=(left, right, rest))
    return node


def _negative(constant: float | tuple[float, float, float]) -> float | tuple[float, float, float]:
    if isinstance(constant, tuple):
        return -constant[0], -constant[1], -constant[2]
    return -constant
