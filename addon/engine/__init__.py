"""The extension's way to avcore: find it, install it, talk to it. No Blender in here, and nothing beyond NumPy.

avcore runs in a process of its own (``python -m avcore.worker``), on Blender's Python with the wheels that the
extension carries, or on any other Python that has avcore. ``contract`` says what can be asked; it is the same folder
as ``avcore/worker/contract``, byte for byte.
"""

from .client import Event, Worker, WorkerError
from .find import Engine, Looked, find_engines, probe
from .install import Install, InstallPlan

__all__ = ["Engine", "Event", "Install", "InstallPlan", "Looked", "Worker", "WorkerError", "find_engines", "probe"]
