"""Several registrations of the same volumes: their history, their comparison, better parameters, and confidence."""
