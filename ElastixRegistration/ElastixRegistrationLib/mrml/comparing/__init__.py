"""Several registrations of the same volumes: history, comparison, parameter search and confidence."""
