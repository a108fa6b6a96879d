"""The server process that takes messages from the broker into InfluxDB."""
