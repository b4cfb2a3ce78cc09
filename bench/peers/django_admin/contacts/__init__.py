"""The contacts as an application of Django's."""
