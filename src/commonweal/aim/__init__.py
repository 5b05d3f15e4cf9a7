"""Entry points, the theory of change, indicators and their versions."""
