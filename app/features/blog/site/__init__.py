"""The blog as everybody reads it: pages, feeds, and what search engines ask for."""
