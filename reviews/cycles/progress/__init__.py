"""How far each packet of a cycle has come."""
