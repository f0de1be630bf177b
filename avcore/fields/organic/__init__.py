"""Organic patterns: what grows, from cells to marble."""
