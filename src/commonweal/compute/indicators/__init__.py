"""Indicator definitions, their compiler to SQL, and the engine that runs it."""
