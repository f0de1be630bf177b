"""Whatever a frame needs from outside the .blend is asked for before it is rendered, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.headless.blenders import Blender

BEGIN = """
from headless.scene.needs import Needs
bpy.ops.wm.read_factory_settings(use_empty=True)
s = bpy.context.scene
def told(frames=(1,)):
    bpy.context.view_layer.update()
    return sorted((each.kind, each.path.name, each.n) for each in Needs(s).missing(frames))
def shown(image):
    material = bpy.data.materials.new("m")
    material.use_nodes = True
    tree = material.node_tree
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image = image
    principled = next(n for n in tree.nodes if n.bl_idname == "ShaderNodeBsdfPrincipled")
    tree.links.new(node.outputs[0], principled.inputs[0])
    mesh = bpy.data.meshes.new("mesh")
    mesh.materials.append(material)
    put(bpy.data.objects.new("thing", mesh))
    return tree, node
def put(obj):
    s.collection.objects.link(obj)
    return obj
def kind(tree, name):
    return next(node for node in tree.nodes if node.bl_idname == "ShaderNode" + name)
def image(name, source="FILE"):
    made = bpy.data.images.new("picture", 1, 1)
    made.source, made.filepath = source, str(folder / name)
    return made
"""

CASES = {
    "a file, once": (
        "shown(image('a.png'))\nout = told((1, 2))",
        [["image", "a.png", 1]],
    ),
    "a sequence, each file": (
        "_, node = shown(image('a_0001.png', 'SEQUENCE'))\nnode.image_user.frame_duration = 10\n"
        "out = told((1, 2, 2, 30))",
        [["image", "a_0001.png", 3]],
    ),
    "a packed image is there": (
        "made = bpy.data.images.new('p', 2, 2)\nmade.pack()\nshown(made)\nout = told()",
        [],
    ),
    "what no object shows": (
        "node = shown(image('a.png'))\ns.collection.objects.unlink(bpy.data.objects['thing'])\nout = told()",
        [],
    ),
    "what no wire leads from": (
        "tree, node = shown(image('a.png'))\ntree.links.clear()\nout = told()",
        [],
    ),
    "in a group in a group": (
        "group = bpy.data.node_groups.new('g', 'ShaderNodeTree')\nnode = group.nodes.new('ShaderNodeTexImage')\n"
        "node.image = image('a.png')\nend = group.nodes.new('NodeGroupOutput')\n"
        "group.interface.new_socket('C', in_out='OUTPUT', socket_type='NodeSocketColor')\n"
        "group.links.new(node.outputs[0], end.inputs[0])\ntree, other = shown(None)\n"
        "inner = tree.nodes.new('ShaderNodeGroup')\ninner.node_tree = group\n"
        "tree.links.new(inner.outputs[0], kind(tree, 'BsdfPrincipled').inputs[0])"
        "\nout = told()",
        [["image", "a.png", 1]],
    ),
    "the world": (
        "s.world = bpy.data.worlds.new('w')\ns.world.use_nodes = True\ntree = s.world.node_tree\n"
        "node = tree.nodes.new('ShaderNodeTexEnvironment')\nnode.image = image('sky.exr')\n"
        "tree.links.new(node.outputs[0], kind(tree, 'Background').inputs[0])\n"
        "out = told()",
        [["image", "sky.exr", 1]],
    ),
    "tiles": (
        "made = image('a.<UDIM>.png', 'TILED')\nmade.tiles.new(1002)\nshown(made)\nout = told()",
        [["image", "a.1001.png", 2]],
    ),
    "a light profile": (
        "light = bpy.data.lights.new('l', 'POINT')\nlight.use_nodes = True\ntree = light.node_tree\n"
        "node = tree.nodes.new('ShaderNodeTexIES')\nnode.mode, node.filepath = 'EXTERNAL', str(folder / 'lamp.ies')\n"
        "tree.links.new(node.outputs[0], kind(tree, 'Emission').inputs[1])\n"
        "put(bpy.data.objects.new('l', light))\nout = told()",
        [["light profile", "lamp.ies", 1]],
    ),
    "a volume sequence": (
        "volume = bpy.data.volumes.new('v')\nvolume.filepath = str(folder / 'v_0001.vdb')\nvolume.is_sequence = True\n"
        "volume.frame_duration = 3\nput(bpy.data.objects.new('v', volume))\nout = told((1, 2, 9))",
        [["volume", "v_0001.vdb", 2]],
    ),
    "a mesh cache, where it is rendered": (
        "thing = put(bpy.data.objects.new('o', bpy.data.meshes.new('m')))\n"
        "cache = thing.modifiers.new('c', 'MESH_CACHE')\ncache.filepath = str(folder / 'c.pc2')\nfirst = told()\n"
        "cache.show_render = False\nout = [*first, *told()]",
        [["cache", "c.pc2", 1]],
    ),
    "image strips, where they are what is rendered": (
        "editor = s.sequence_editor_create()\n"
        "strips = editor.strips if hasattr(editor, 'strips') else editor.sequences\n"
        "for n in (1, 2, 3):\n    (folder / f's_{n}.png').write_bytes(PNG)\n"
        "strip = strips.new_image('i', str(folder / 's_1.png'), 1, 1)\nstrip.elements.append('s_2.png')\n"
        "strip.elements.append('s_3.png')\n"
        "[(folder / f's_{n}.png').unlink() for n in (1, 2, 3)]\nout = told((1, 2))\n"
        "s.render.use_sequencer = False\nout += told((1, 2))",
        [["image strip", "s_1.png", 2]],
    ),
}

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\r"
    b"IDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82"
)


def test_what_a_frame_needs(blender: Blender, tmp_path: Path) -> None:
    code = [BEGIN, "found, begin = {}, []"]
    for name, (text, _) in CASES.items():
        body = "\n".join(f"    {line}" for line in text.splitlines())
        code.append(f"def case():\n    out = None\n{body}\n    return out")
        code.append("bpy.ops.wm.read_factory_settings(use_empty=True)\ns = bpy.context.scene")
        code.append(f"found[{name!r}] = case()")
    told = blender.do("\n".join([*code, "out = found"]), folder=tmp_path, PNG=PNG)
    assert told == {name: wanted for name, (_, wanted) in CASES.items()}


def test_sounds_and_fonts_and_clips(blender: Blender, tmp_path: Path, demo_track: Path) -> None:
    song = tmp_path / "song.wav"
    song.write_bytes(demo_track.read_bytes())
    told = blender.do(
        BEGIN
        + """
out = {"has sound": bpy.app.build_options.audaspace}
if out["has sound"]:
    editor = s.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    strip = strips.new_sound("song", str(song), 1, 1)
    out["there"] = told()
    song.rename(song.with_name("gone.wav"))
    out["gone"] = told()
    strip.mute = True
    out["muted"] = told()
""",
        folder=tmp_path,
        song=song,
    )
    if not told["has sound"]:
        pytest.skip("this Blender has no sound")
    assert told["there"] == told["muted"] == []
    assert told["gone"] == [["sound", "song.wav", 1]]


LINK = """
bpy.ops.wm.read_factory_settings(use_empty=True)
mesh = bpy.data.meshes.new("linked mesh")
material = bpy.data.materials.new("linked material")
material.use_nodes = True
tree = material.node_tree
node = tree.nodes.new("ShaderNodeTexImage")
picture = bpy.data.images.new("p", 4, 4)
picture.filepath_raw, picture.file_format = str(library.parent / "p.png"), "PNG"
picture.save()
node.image = bpy.data.images.load(str(library.parent / "p.png"))
tree.links.new(node.outputs[0], next(n for n in tree.nodes if n.bl_idname == "ShaderNodeBsdfPrincipled").inputs[0])
mesh.materials.append(material)
bpy.data.objects.new("linked", mesh).use_fake_user = True
bpy.ops.wm.save_as_mainfile(filepath=str(library))
bpy.ops.wm.read_factory_settings(use_empty=True)
s = bpy.context.scene
with bpy.data.libraries.load(str(library), link=True) as (there, here):
    here.objects = ["linked"]
s.collection.objects.link(here.objects[0])
s.camera = bpy.data.objects.new("eye", bpy.data.cameras.new("eye"))
s.collection.objects.link(s.camera)
s.render.engine, s.cycles.samples = "CYCLES", 1
s.render.resolution_x = s.render.resolution_y = 8
bpy.ops.wm.save_as_mainfile(filepath=str(scene))
"""


def test_libraries_and_their_own_files(blender: Blender, tmp_path: Path) -> None:
    library, scene = tmp_path / "lib/library.blend", tmp_path / "a.blend"
    library.parent.mkdir()
    blender.do(LINK, library=library, scene=scene)
    blender.run("render", scene, "-o", tmp_path / "out", "-f", "1")
    (library.parent / "p.png").unlink()
    assert "p.png" in blender.run("render", scene, "-o", tmp_path / "no", "-f", "1", code=3).stderr
    library.unlink()
    assert "library.blend" in blender.run("render", scene, "-o", tmp_path / "no", "-f", "1", code=3).stderr
    assert not (tmp_path / "no").exists()
