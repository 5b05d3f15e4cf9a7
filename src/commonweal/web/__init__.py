"""Settings, addresses, shell and design system."""
