"""Sign-ins on the server: kept, listed, ended, confirmed again, and lent to an administrator."""
