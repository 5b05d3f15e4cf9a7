"""Where an offer that is asked for becomes a commitment."""
