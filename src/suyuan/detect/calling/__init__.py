"""What call records say about a number: how it calls, from what, whom, and who complained."""
