"""What agreements allow: clauses, terms, and the one function that decides."""
