"""The extension in a real Blender window, with a mouse, a keyboard and a screen."""
