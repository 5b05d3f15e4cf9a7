"""Agreements as documents: what changed between versions, the PDF, its code, papers attached."""
