"""Our own benchmark: prints ratios, asserts nothing."""
