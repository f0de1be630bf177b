"""Draw the current frame at once."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import IntProperty

from ..session import looking, picture, refresh
from ..session.asking import Steps
from ..session.hearables import hearing
from ..session.recipes import Choice
from .asking import Asking
from .options import PLAIN, Result


class PreviewOperator(Asking, bpy.types.Operator):
    """Draw the picture of the current frame, for the panel and the Image Editor"""

    bl_idname = "avcore.preview"
    bl_label = "Preview"
    bl_options = PLAIN

    size: IntProperty(name="Size", description="Longer side in pixels", default=512, min=16, max=4096)

    def steps(self, context: bpy.types.Context) -> Steps[Result]:
        yield from hearing(context, context.scene.name, Choice.of(context.scene.avcore.now.sound))
        request = looking.request(context, size=self.size)
        if bpy.app.background:
            image = picture.draw_now(request)
            self.report({"INFO"}, f"{image.name}: {image.size[0]} x {image.size[1]}")
        else:
            picture.draw(request)
            refresh.want_preview()
        return {"FINISHED"}


class ShowPreviewOperator(bpy.types.Operator):
    """Show the preview in the Image Editor"""

    bl_idname = "avcore.show_preview"
    bl_label = "Show in Image Editor"
    bl_options = PLAIN

    @classmethod
    def poll(cls, _context: bpy.types.Context) -> bool:
        cls.poll_message_set("draw a preview first")
        return picture.IMAGE_NAME in bpy.data.images

    def execute(self, context: bpy.types.Context) -> Result:
        editors = [
            area.spaces.active
            for window in context.window_manager.windows
            for area in window.screen.areas
            if area.type == "IMAGE_EDITOR"
        ]
        if not editors:
            self.report({"WARNING"}, "open an Image Editor, and it shows the preview")
            return {"CANCELLED"}
        editors[0].image = bpy.data.images[picture.IMAGE_NAME]
        return {"FINISHED"}


CLASSES: tuple[Any, ...] = (PreviewOperator, ShowPreviewOperator)
