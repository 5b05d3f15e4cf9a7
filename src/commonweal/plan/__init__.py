"""The partners' own plans, side by side."""
