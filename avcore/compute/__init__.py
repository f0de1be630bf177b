"""Devices and kernels: one field, several implementations, one place that chooses."""
