"""The demo organisation: invented people and their cycles, made through the product's own services."""
