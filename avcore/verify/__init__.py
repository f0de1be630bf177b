"""Verification: whether a preset responds, and to what."""
