"""Partnerships, seats at the table and the journey they walk."""
