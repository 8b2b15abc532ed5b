"""Answering an invitation and rating a packet, as manager or peer."""
