"""Fields: what turns coordinates and controls into colour, one module per family."""
