"""Many people at work at once, for minutes, while services break: whether the site holds."""
