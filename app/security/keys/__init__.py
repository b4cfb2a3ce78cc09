"""API keys: what a program signs in with on behalf of a user, with a part of the user's rights."""
