"""What happens between a request and a view, and everything that only pages need."""
