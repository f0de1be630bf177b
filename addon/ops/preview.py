"""Draw the current frame at once."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.props import IntProperty

from ..engine import WorkerError
from ..errors import AddonError
from ..session import looking, picture, refresh
from .options import PLAIN, Result


class PreviewOperator(bpy.types.Operator):
    """Draw the picture of the current frame, for the panel and the Image Editor"""

    bl_idname = "avcore.preview"
    bl_label = "Preview"
    bl_options = PLAIN

    size: IntProperty(name="Size", description="Longer side in pixels", default=512, min=16, max=4096)

    def execute(self, context: bpy.types.Context) -> Result:
        try:
            request = looking.request(context, size=self.size)
            if bpy.app.background:
                image = picture.draw_now(request)
                self.report({"INFO"}, f"{image.name}: {image.size[0]} x {image.size[1]}")
            else:
                picture.draw(request)
                refresh.want_preview()
        except (AddonError, WorkerError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
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
