"""Pages of the way to a signature: comments, who is content, signatories without an account."""
