"""Ways out for notices: one transport a file."""
