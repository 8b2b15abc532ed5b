"""Panels: who sits on one, which packets it hears, and whom the owner keeps away from one."""
