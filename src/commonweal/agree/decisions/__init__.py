"""How the partnership decides: rights, proposals, consent, votes, minutes, disputes."""
