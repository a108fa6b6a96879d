"""When, where and how long the rules would have fired over past days: the engine, run over memory."""
