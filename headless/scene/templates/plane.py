"""``plane``: the picture fills the frame, one pixel of it to one of the frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .stage import Stage, add, camera, cycles, quad, world

if TYPE_CHECKING:
    from bpy.types import Scene


def build(scene: Scene, size: tuple[int, int], *, resolution: tuple[int, int]) -> Stage:
    """An upright rectangle that an orthographic camera sees whole, as bright as the picture."""
    half = size[0] / size[1]
    corners = ((-half, 0.0, -1.0), (half, 0.0, -1.0), (half, 0.0, 1.0), (-half, 0.0, 1.0))
    screen = add(scene, "Picture", quad("Picture", corners))
    eye = camera(scene, (0.0, -3.0, 0.0), (0.0, 0.0, 0.0), lens=50.0)
    eye.data.type, eye.data.sensor_fit, eye.data.ortho_scale = "ORTHO", "HORIZONTAL", 2.0 * half
    world(scene, (0.0, 0.0, 0.0), 0.0)
    is_exact = size == resolution
    cycles(scene, samples=1 if is_exact else 16, denoise=False)
    # One sample in the middle of each pixel, where one pixel of the picture is; else an even mean over the pixel.
    scene.cycles.pixel_filter_type = "BOX"
    scene.cycles.filter_width = 0.01 if is_exact else 1.0
    scene.view_settings.view_transform = "Standard"
    scene.render.dither_intensity = 0.0
    return Stage(screen)
