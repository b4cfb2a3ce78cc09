"""The features of this site, in the order of the menu. Adding a feature is adding its name."""

FEATURES = (
    "todo",
    "blog",
)
