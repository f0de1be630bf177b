"""Operators that ask the worker: they wait in scripts, and in a window go on from a timer until Esc."""

from __future__ import annotations

from typing import Any

import bpy

from ..engine import WorkerError
from ..errors import AddonError
from ..session import bakes, refresh
from ..session.asking import Going, Steps, finish
from .options import Result

TICK_S = 0.05


class Asking:
    """What an operator inherits beside ``bpy.types.Operator``; it gives ``steps``."""

    report: Any
    _going: Going[Result] | None = None
    _timer: Any = None

    def steps(self, context: bpy.types.Context) -> Steps[Result]:
        """The work; its result is that of the operator. Nothing of the file is changed before its last task is done."""
        raise NotImplementedError

    def execute(self, context: bpy.types.Context) -> Result:
        try:
            return finish(self.steps(context))
        except (AddonError, WorkerError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}

    def invoke(self, context: bpy.types.Context, _event: bpy.types.Event) -> Result:
        return self.begin(context)

    def stopped(self, _context: bpy.types.Context) -> Result:
        """What is to be said and done after Esc."""
        self.report({"INFO"}, "stopped; nothing was changed")
        return {"CANCELLED"}

    def begin(self, context: bpy.types.Context) -> Result:
        """Go as far as possible; what is left is done by ``modal``."""
        self._going = Going(self.steps(context))
        result = self._go(context)
        if result == {"RUNNING_MODAL"}:
            manager = context.window_manager
            self._timer = manager.event_timer_add(TICK_S, window=context.window)
            manager.modal_handler_add(self)
        return result

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        if event.type == "ESC" and event.value == "PRESS":
            self.cancel(context)
            return self.stopped(context)
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        result = self._go(context)
        return {"PASS_THROUGH"} if result == {"RUNNING_MODAL"} else result

    def cancel(self, context: bpy.types.Context) -> None:
        if self._going is not None:
            self._going.stop()
        self._end(context)

    def _go(self, context: bpy.types.Context) -> Result:
        going = self._going
        assert going is not None
        result: Result = {"CANCELLED"}
        try:
            going.go()
            result = (going.value or result) if going.is_over else {"RUNNING_MODAL"}
        except (AddonError, WorkerError) as error:
            self.report({"ERROR"}, str(error))
        finally:
            if result == {"RUNNING_MODAL"}:
                bakes.say_status(context, f"avcore: {going.text}   |   Esc stops")
            else:
                self._end(context)
        return result

    def _end(self, context: bpy.types.Context) -> None:
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
            bakes.say_status(context, "")
        refresh.redraw()
