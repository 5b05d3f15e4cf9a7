"""Data contracts, submissions and the vault."""
