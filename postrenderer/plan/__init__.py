"""What changes in a stream, planned without changing any node that was read, and proved by reading it back."""
