"""Abilities that any model takes on with one line: tags, comments and attachments."""
