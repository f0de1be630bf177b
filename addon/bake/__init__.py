"""From a bake on disk to what a scene shows: image datablocks, materials, and the other things a picture can be put on.

    maps = read_maps(path)                                           # the pictures, and OUT_height ... beside them
    made = to_material(maps, obj, frame_start=11, heard=fingerprint(...).to_json())
    if isinstance(made, InTheWay):                                   # the slot holds a material of the user's:
        ...                                                          # ask, then call again with replace=True
    shift(path, by=24)                                               # the strip was moved: no new bake
    missing_files(scene)                                             # before a render: a missing frame renders magenta

``frame_start`` is always the scene's frame that shows the first picture. Bakes are told apart by their place on disk.
What is made is tagged (``avcore``, on images and nodes), and baking again brings that up to date and touches nothing
else; a material, world or texture that gives way is kept with a fake user. The .blend renders the same without the
extension. ``files`` knows nothing of Blender.
"""

from .check import Missing, missing_files
from .files import MAPS, BakedFiles, BakeError, MapName, read_bake, read_maps
from .images import Memory, baked_images, make_image, recall, remember, shift
from .made import InTheWay, Made
from .material import Relief, to_material
from .surroundings import to_light, to_world
from .texture import to_brush, to_image
from .trees import to_compositor, to_geometry_nodes

__all__ = [
    "MAPS",
    "BakeError",
    "BakedFiles",
    "InTheWay",
    "Made",
    "MapName",
    "Memory",
    "Missing",
    "Relief",
    "baked_images",
    "make_image",
    "missing_files",
    "read_bake",
    "read_maps",
    "recall",
    "remember",
    "shift",
    "to_brush",
    "to_compositor",
    "to_geometry_nodes",
    "to_image",
    "to_light",
    "to_material",
    "to_world",
]
