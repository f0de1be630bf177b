"""Places that take a picture and may hold something of the user's: a material slot, a scene's world, a light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from .files import BakeError
from .images import TAG
from .made import InTheWay
from .nodes import has_ours, linked_from

if TYPE_CHECKING:
    from bpy.types import Light, Material, Node, NodeTree, Object, Scene, World


@dataclass(frozen=True)
class Slot:
    """A slot of an object and the material that is in it; ``is_ours`` where the extension made that."""

    obj: Object
    at: int
    before: Material | None
    is_ours: bool

    @classmethod
    def of(cls, obj: Object, slot: int | None = None) -> Slot:
        """A slot by its number, the active one without.

        Raises:
            BakeError: the object cannot have a material, or has no such slot.
        """
        if not hasattr(obj.data, "materials") or not obj.is_editable or not obj.data.is_editable:
            raise BakeError(f"{obj.name} cannot be given a material; choose a mesh, curve or text of this file")
        if slot is not None and slot > 0 and slot >= len(obj.material_slots):
            raise BakeError(f"{obj.name} has no material slot {slot + 1}; it has {len(obj.material_slots)}")
        at = obj.active_material_index if slot is None else slot
        before = obj.material_slots[at].material if len(obj.material_slots) else None
        is_ours = before is not None and TAG in before and before.library is None and has_ours(before.node_tree)
        return cls(obj, at, before, is_ours)

    @property
    def in_the_way(self) -> InTheWay | None:
        """The user's material, where there is one."""
        if self.before is None or self.is_ours:
            return None
        return InTheWay("material", self.before.name, f"slot {self.at + 1} of {self.obj.name}")

    def material(self, name: str) -> Material:
        """The material of ours that is in it, or a new one without nodes, which ``put`` puts there."""
        if self.is_ours:
            assert self.before is not None
            return self.before
        material = bpy.data.materials.new(name)
        if not material.use_nodes:  # deprecated from 5.0 on, where it is always so
            material.use_nodes = True
        material[TAG] = name
        material.node_tree.nodes.clear()
        return material

    def put(self, material: Material) -> None:
        """Show a material; the user's is kept with a fake user. The slot is made where the object has none."""
        if self.is_ours:
            return
        if self.before is not None:
            self.before.use_fake_user = True
        if not len(self.obj.material_slots):
            self.obj.data.materials.append(material)
        else:
            self.obj.material_slots[self.at].material = material


@dataclass(frozen=True)
class Sky:
    """A scene's world; ``is_ours`` where the extension made the one that is there."""

    scene: Scene
    before: World | None
    is_ours: bool

    @classmethod
    def of(cls, scene: Scene) -> Sky:
        """That of a scene."""
        before = scene.world
        is_ours = before is not None and TAG in before and before.library is None and has_ours(before.node_tree)
        return cls(scene, before, is_ours)

    @property
    def in_the_way(self) -> InTheWay | None:
        """The user's world, where there is one."""
        if self.before is None or self.is_ours:
            return None
        return InTheWay("world", self.before.name, self.scene.name)

    def world(self, name: str) -> World:
        """The world of ours that is there, or a new one without nodes, which ``put`` puts there."""
        if self.is_ours:
            assert self.before is not None
            return self.before
        world = bpy.data.worlds.new(name)
        if not world.use_nodes:
            world.use_nodes = True
        world[TAG] = name
        world.node_tree.nodes.clear()
        return world

    def put(self, world: World) -> None:
        """Make it the scene's world; the user's is kept with a fake user."""
        if self.before is not None and not self.is_ours:
            self.before.use_fake_user = True
        self.scene.world = world


@dataclass(frozen=True)
class Lamp:
    """A light whose nodes have an ``emission``, and the node that colours it, if any does."""

    light: Light
    emission: Node
    colouring: Node | None

    @classmethod
    def of(cls, obj: Object) -> Lamp:
        """The light of an object; it is given nodes where it has none.

        Raises:
            BakeError: it is no light of this file, or its nodes have no Emission.
        """
        if obj.type != "LIGHT" or not obj.data.is_editable:
            raise BakeError(f"{obj.name} is no light of this file; choose a light")
        light = obj.data
        if not light.use_nodes:
            light.use_nodes = True
        tree = light.node_tree
        emission = next((node for node in tree.nodes if node.bl_idname == "ShaderNodeEmission"), None)
        if emission is None:
            raise BakeError(f"the nodes of the light {light.name} have no Emission; add one and join it to the output")
        return cls(light, emission, linked_from(tree, emission, "Color"))

    @property
    def tree(self) -> NodeTree:
        """The light's nodes."""
        return self.light.node_tree

    @property
    def in_the_way(self) -> InTheWay | None:
        """The node of the user's that colours the light, where there is one."""
        if self.colouring is None or TAG in self.colouring:
            return None
        return InTheWay("node", self.colouring.name, f"the light {self.light.name}")
