"""Bakes and renders without a window: one frame, or a thousand machines, with the code of the extension and the CLI.

``python -m headless``, or the command ``avcore-headless``. ``job`` says what is to be made, ``scene`` is what needs
``bpy``, ``farm`` writes the same job for the engines of render farms.
"""
