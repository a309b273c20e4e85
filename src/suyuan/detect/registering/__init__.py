"""What registrations say about an account: with which others it came, and who used it then."""
