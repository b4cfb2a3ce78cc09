"""The record of security events: who did what, from where, and how it ended; append-only."""

from app.security.audit.models import Outcome, SecurityEvent
from app.security.audit.record import record_event

__all__ = ["Outcome", "SecurityEvent", "record_event"]
