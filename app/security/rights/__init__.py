"""Who may do what: sets of rights, what advances them, and who may give them."""
