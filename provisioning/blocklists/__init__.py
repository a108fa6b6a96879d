"""Lists of domains on the server: read, judged, compiled, offered to the agents."""
