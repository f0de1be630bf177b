"""Flowing patterns: what is carried along by a current, from strands and silk to ink and light."""
