"""The data contract: what a file that comes in must look like, read from ODCS YAML."""
