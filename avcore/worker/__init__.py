"""The process that a host application (Blender) talks to, so that it never loads numba, torch or a decoder itself.

    python -m avcore.worker

speaks JSON lines over its standard input and output. ``messages`` is the contract: what can be asked, what comes back,
and how it is written. Everything else that is printed goes to standard error. The process ends when its input ends.

Requests run beside each other: previews in one thread (the newest wins), bakes one after the other in a process of
their own (``baker``), all else in a pool. ``server`` hands them out.
"""
