"""The search box: what it looks for, and the indexes that make it quick."""
