"""Wholly invented people and records for the demo partnership, tests and benchmarks."""
