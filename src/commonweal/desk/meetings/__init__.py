"""Meetings: an agenda drawn from what is due, minutes and actions on one page."""
