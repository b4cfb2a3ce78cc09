"""What the desk has beside its screens: slugs, saving, checks, revisions side by side, previews."""
