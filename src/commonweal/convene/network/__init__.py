"""The network of those at the table: who works with whom, asked in rounds."""
