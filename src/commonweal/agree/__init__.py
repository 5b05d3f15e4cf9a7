"""Agreements whose clauses are the access rule, and their signatures."""
