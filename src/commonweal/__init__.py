"""Commonweal."""
