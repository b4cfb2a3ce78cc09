"""Ring 2: who somebody is, and what they may do."""

from app.security.manager import SecurityManager
from app.security.setup import init_security

__all__ = ["SecurityManager", "init_security"]
