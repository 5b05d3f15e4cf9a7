"""Agreements as ODRL 2.2 policies with DPV purposes: written, and read back or refused."""
