"""The texts of mails that people edit: read in a sandbox, checked, and never in a mail's way."""
