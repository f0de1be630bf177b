"""Rendering: frames from a preset, a feature track and a timebase, and the job that writes them."""
