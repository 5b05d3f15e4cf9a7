"""Partners' plans side by side: the critical path, and where plans get in each other's way."""
