"""What needs ``bpy``: scenes made from templates, brought up to date, checked, rendered, made fit for a farm.

    setup.make_scene(shot)                              a .blend from a song, a preset and a template
    opening.open_scene(path), opening.pick(...)         a .blend, and which scene, camera and view layer of it
    following.follow(...)                               moved strips are followed, in memory
    needs.missing(scene, frames=...)                    every file that a frame needs, before the first is rendered
    devices.use(scene, "cuda"), graphics.check()        where it is rendered, or a sentence why that cannot be
    drawing.Drawer                                      one frame into one file
    preflight.look(), portable.make_portable(...)       what a farm would lose, and a copy that it would not
    shots.scene_shot(path), shots.scene_bakes(path)     what an artist's .blend needs baked and rendered

Rendering needs NumPy and nothing else, so that a Blender of the user's can do it. Every module but ``fd_filter`` and
the package itself imports ``bpy``; leave such a process by flushing and ``os._exit``, since some wheels hang at exit.
"""
