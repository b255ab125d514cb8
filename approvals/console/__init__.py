"""What admins do."""
