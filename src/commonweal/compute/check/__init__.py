"""Checking files against a data contract: findings, clean rows, and bad rows to send back."""
