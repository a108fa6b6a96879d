"""The process on a venue's PC: it samples, keeps what it saw in a spool, and delivers it."""
