"""A theory of change as a graph of beliefs: what it leaves open, where it feeds back on itself."""
