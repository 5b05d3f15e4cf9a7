"""Recommendations and findings, and the answers that are owed to them in public."""
