"""What a site costs that has grown: many models, roles, permissions and users."""
