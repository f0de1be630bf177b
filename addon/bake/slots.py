"""Material slots: what is in one, and a new material in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from .files import BakeError
from .images import TAG
from .made import InTheWay
from .nodes import has_ours

if TYPE_CHECKING:
    from bpy.types import Material, Object


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
