"""What each PC's agent numbered, against what is stored: gaps, numbers stored twice, streams that begin anew."""
