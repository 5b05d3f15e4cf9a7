"""Disclosure control for families of count tables: hide small cells, and prove that they stay hidden."""
