"""What reaches an account by a mail: invitations, new passwords, registrations, new addresses."""
