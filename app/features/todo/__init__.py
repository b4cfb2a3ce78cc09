"""Private to-do lists that their owners may share: the smallest complete feature."""
