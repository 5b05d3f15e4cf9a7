"""All partnerships of a reader side by side."""
