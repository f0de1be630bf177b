"""Where arrays live and which array library works on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avcore.errors import UsageError


@dataclass(frozen=True)
class Device:
    """An array namespace (Python array API standard) and the way to and from it."""

    name: str
    description: str
    xp: Any
    asarray: Callable[[NDArray[Any]], Any]  # to a float32 array on the device
    to_numpy: Callable[[Any], NDArray[Any]]


def cpu() -> Device:
    """NumPy on the processor: the reference, and what runs where torch is not installed."""
    import platform

    import array_api_compat.numpy as xp

    return Device(
        "cpu",
        f"CPU ({platform.machine()}, numpy {np.__version__})",
        xp,
        lambda array: np.ascontiguousarray(array, dtype=np.float32),
        lambda array: array,
    )


def torch_device(name: str) -> Device:
    """Torch on ``cuda``, ``mps``, ``xpu`` or ``cpu``.

    Raises:
        UsageError: torch is not installed, or it does not see such a device.
    """
    try:
        import array_api_compat.torch as xp
        import torch
    except ImportError:
        raise UsageError(
            f"device {name} needs PyTorch, which is not installed; see https://pytorch.org/get-started/locally"
        ) from None
    if name not in available(torch):
        raise UsageError(f"PyTorch {torch.__version__} sees no {name} device here; choose --device cpu")
    kind = torch.cuda.get_device_name() if name == "cuda" else name.upper()
    return Device(
        name,
        f"{kind} (torch {torch.__version__})",
        xp,
        lambda array: torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32)).to(name),
        lambda array: array.cpu().numpy(),
    )


def available(torch: Any) -> list[str]:
    """The devices that this torch can use, the best first."""
    seen = [name for name in ("cuda", "mps", "xpu") if hasattr(torch, name) and getattr(torch, name).is_available()]
    return [*seen, "cpu"]


def choose(name: str) -> Device:
    """The device of that name; ``auto`` takes a GPU that torch can use, else the processor.

    Raises:
        UsageError: it is not there.
    """
    if name == "cpu":
        return cpu()
    if name != "auto":
        return torch_device(name)
    try:
        import torch
    except ImportError:
        return cpu()
    best = available(torch)[0]
    return cpu() if best == "cpu" else torch_device(best)
