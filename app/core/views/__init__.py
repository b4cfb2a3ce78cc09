"""Model views: declare a model, get its screens. FAB's views are extended here and nowhere else."""

from app.core.views.actions import Action, action
from app.core.views.guard import check_verb, guard
from app.core.views.model_view import ModelView

__all__ = ["Action", "ModelView", "action", "check_verb", "guard"]
