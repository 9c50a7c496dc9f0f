"""Demonstration data: lifelike nodes, each with a story that a comparison makes visible."""
