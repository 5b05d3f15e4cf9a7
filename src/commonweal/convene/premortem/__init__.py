"""The premortem: why it may fail, said unsigned before it begins."""
