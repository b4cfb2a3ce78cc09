"""The tokens of the REST API: given, read, limited and described."""
