"""Indicator values as releases: computed under a permit, protected, immutable."""
