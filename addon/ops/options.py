"""What operators have in common."""

from __future__ import annotations

Result = set[str]

# For `bl_options`: what changes the file is one undo step.
PLAIN = {"REGISTER"}
UNDOABLE = {"REGISTER", "UNDO"}
