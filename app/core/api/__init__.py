"""REST for a model, through the same gate, forms and hooks as its screens."""

from app.core.api.rest import ModelRestApi, api_for

__all__ = ["ModelRestApi", "api_for"]
