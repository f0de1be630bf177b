"""avcore turns sound into pictures: audio analysis, control signals, neural fields and encoders.

Nothing heavy is imported here; every subpackage loads what it needs when it is used.
"""

__version__ = "0.1.0"
