"""From a PC to the database: the ground floor that all parts share, the agent, ingest and presence."""
