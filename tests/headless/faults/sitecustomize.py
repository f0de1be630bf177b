"""Bad luck for tests, with this folder on PYTHONPATH: frames come slowly, or their process is killed at a bad moment.

``FAULTS`` is JSON: ``slow_s`` is a pause before each frame of a render appears; ``kill_at`` is the end of the name of a
file, before whose rename the process is killed, once, as the file ``once`` then tells.
"""

import json
import os
import signal
import time
from typing import Any

_FAULTS = json.loads(os.environ.get("FAULTS", "{}"))
_replace = os.replace


def _unlucky(source: Any, target: Any, **more: Any) -> None:
    name = os.fspath(target)
    if "/frames/" in name and name.endswith(".png"):
        time.sleep(_FAULTS.get("slow_s", 0))
    if _FAULTS.get("kill_at") and name.endswith(_FAULTS["kill_at"]) and not os.path.exists(_FAULTS["once"]):
        with open(_FAULTS["once"], "x"):
            pass
        os.kill(os.getpid(), signal.SIGKILL)
    _replace(source, target, **more)


os.replace = _unlucky
