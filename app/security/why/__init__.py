"""Why somebody may or may not do something: which role, group, rule or absence decides."""

from app.security.why.answers import Decision, Step
from app.security.why.questions import explain_access, explain_right

__all__ = ["Decision", "Step", "explain_access", "explain_right"]
