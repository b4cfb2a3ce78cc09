"""Ring 1, the platform: it knows no feature and no capability."""
