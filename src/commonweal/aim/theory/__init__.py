"""The theory of change: its pages, and what they do and ask."""
