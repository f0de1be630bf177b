"""The one error of the extension's own: a sentence for the artist."""

from __future__ import annotations


class AddonError(Exception):
    """What cannot be done, what it is about, and what to do next; the text is shown as it is."""
