"""A material from a bake: Principled with every map wired, or a surface that shines as the picture is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .made import InTheWay, Made
from .nodes import Maps, image_node, is_ours, linked_from, make_images, named, our_node
from .slots import Slot

if TYPE_CHECKING:
    from bpy.types import Image, Material, Node, NodeTree, Object

Relief = Literal["auto", "normal", "bump", "displacement"]
COLUMN, ROW = 300.0, 300.0


def to_material(
    maps: Maps,
    obj: Object,
    *,
    frame_start: int,
    slot: int | None = None,
    relief: Relief = "auto",
    lit: bool = True,
    heard: str = "",
    recipe: str = "",
    replace: bool = False,
) -> Made | InTheWay:
    """Show a bake on an object.

    Where the slot holds a material that this made, its nodes of ours are brought up to date and the rest is left as it
    is, rewired or not. A user's material is in the way unless ``replace``; then it is kept with a fake user.

    Args:
        maps: what ``read_maps`` found.
        obj: an object that can have materials.
        frame_start: the scene's frame that shows the first picture.
        slot: which material slot; the active one without it. It is made where the object has none.
        relief: how height is shown: ``auto`` is the normal map if there is one, else bump.
        lit: a surface that light falls on; otherwise it shines, so that the picture is seen exactly.
        heard: see ``make_image``.
        recipe: see ``make_image``.
        replace: take the place of the user's material.

    Raises:
        BakeError: the object cannot have a material, has no such slot, or pictures cannot be read.
    """
    place = Slot.of(obj, slot)
    if place.in_the_way is not None and not replace:
        return place.in_the_way
    images = make_images(maps, frame_start=frame_start, heard=heard, recipe=recipe)
    material = place.material(maps["base"].name)
    build(material, maps, images, frame_start=frame_start, relief=relief, lit=lit)
    place.put(material)
    return Made("material", material.name, named(images))


def build(
    material: Material, maps: Maps, images: dict[str, Image], *, frame_start: int, relief: Relief, lit: bool
) -> None:
    """Bring our nodes in a material up to date; wires are drawn only from and to nodes that are new."""
    tree = material.node_tree
    output, is_new = our_node(tree, "output", "ShaderNodeOutputMaterial", at=(COLUMN, 0))
    surface, is_new_surface = our_node(
        tree, "surface", "ShaderNodeBsdfPrincipled" if lit else "ShaderNodeEmission", at=(0, 0)
    )
    # A live picture may have been here that shone, and another surface of ours with it.
    if is_new or is_new_surface or is_ours(linked_from(tree, output, "Surface"), "surface"):
        tree.links.new(surface.outputs[0], output.inputs["Surface"])
    mapping = _mapping(tree)
    relief = ("normal" if "normal" in maps else "bump") if relief == "auto" else relief
    for row, (name, files) in enumerate(maps.items()):
        node, is_new = image_node(
            tree, "ShaderNodeTexImage", images[name], files, frame_start=frame_start, at=(-2.4 * COLUMN, -row * ROW)
        )
        if is_new:
            tree.links.new(mapping.outputs["Vector"], node.inputs["Vector"])
        if is_new or is_new_surface:
            _wire(material, node, name, surface=surface, output=output, relief=relief, lit=lit, row=row)


def _mapping(tree: NodeTree) -> Node:
    coordinates, is_new = our_node(tree, "coordinates", "ShaderNodeTexCoord", at=(-3.9 * COLUMN, 0))
    mapping, is_new_mapping = our_node(tree, "mapping", "ShaderNodeMapping", at=(-3.2 * COLUMN, 0))
    if is_new or is_new_mapping:
        tree.links.new(coordinates.outputs["UV"], mapping.inputs["Vector"])
    return mapping


def _wire(
    material: Material, node: Node, name: str, *, surface: Node, output: Node, relief: Relief, lit: bool, row: int
) -> None:
    """Lead a new map to where it belongs; the mask, and a map that ``relief`` has no use for, stay at hand."""
    tree, colour = material.node_tree, node.outputs["Color"]
    at = (-1.2 * COLUMN, -row * ROW)
    if not lit:
        if name == "base":
            tree.links.new(colour, surface.inputs["Color"])
    elif name == "base":
        tree.links.new(colour, surface.inputs["Base Color"])
    elif name == "roughness":
        tree.links.new(colour, surface.inputs["Roughness"])
    elif name == "emission":
        tree.links.new(colour, surface.inputs["Emission Color"])
        surface.inputs["Emission Strength"].default_value = 1.0
    elif name == "normal" and relief == "normal":
        normal, _ = our_node(tree, "normal map", "ShaderNodeNormalMap", at=at)
        tree.links.new(colour, normal.inputs["Color"])
        tree.links.new(normal.outputs["Normal"], surface.inputs["Normal"])
    elif name == "height" and relief == "bump":
        bump, _ = our_node(tree, "bump", "ShaderNodeBump", at=at)
        bump.inputs["Distance"].default_value = 0.05
        tree.links.new(colour, bump.inputs["Height"])
        tree.links.new(bump.outputs["Normal"], surface.inputs["Normal"])
    elif name == "height" and relief == "displacement":
        displacement, _ = our_node(tree, "displacement", "ShaderNodeDisplacement", at=at)
        displacement.inputs["Scale"].default_value = 0.05
        tree.links.new(colour, displacement.inputs["Height"])
        tree.links.new(displacement.outputs["Displacement"], output.inputs["Displacement"])
        material.displacement_method = "DISPLACEMENT"
