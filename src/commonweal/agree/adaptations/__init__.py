"""How each partner adapts the rules of an agreement that may be adapted, in its own words."""
