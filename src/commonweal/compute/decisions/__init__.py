"""How a table decides: who was asked, who answered for whom, and what follows from it."""
