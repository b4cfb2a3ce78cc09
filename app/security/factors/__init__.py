"""Second factors: codes from an app, recovery codes, passkeys, and which roles ask for one."""
