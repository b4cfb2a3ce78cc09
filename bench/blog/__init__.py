"""What the public pages of a large blog cost: 100,000 posts with a million comments."""
