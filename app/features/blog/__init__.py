"""The editorial desk of a blog: posts and their revisions, authors, subscribers, reminders."""
