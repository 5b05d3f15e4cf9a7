"""The five characteristics of collaboration, and how power is spread, read from all rooms."""
