"""The installation of avcore under way, and its log."""

from __future__ import annotations

from ..engine import Engine, Install
from ..engine.install import Line, Stopped


class Installation:
    """The installation under way, and its log."""

    def __init__(self) -> None:
        self.install: Install | None = None
        self.log: list[str] = []

    @property
    def is_running(self) -> bool:
        """Whether it has not come to an end."""
        return self.install is not None and self.install.is_running

    def drain(self) -> Engine | Stopped | None:
        """Take in what was said; the end, or None while it goes on."""
        end = None
        for event in self.install.events() if self.install is not None else ():
            if isinstance(event, Line):
                self.log.append(event.text)
            else:
                end = event
                self.log.append(event.sentence if isinstance(event, Stopped) else f"installed: {event}")
        return end


installation = Installation()


installation = Installation()
