"""One kernel for any field: what a picture's own code computes is recorded once and compiled for this processor.

Importing this loads no compiler.
"""

from avcore.compute.traced.painter import TracedPainter
from avcore.compute.traced.program import CannotTraceError

__all__ = ["CannotTraceError", "TracedPainter"]
