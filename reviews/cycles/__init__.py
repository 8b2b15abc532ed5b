"""A cycle: setting it up, its panels, moving its phase, releasing it."""
