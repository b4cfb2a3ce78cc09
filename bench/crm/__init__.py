"""The site that is measured: a million contacts with their companies and tags."""
