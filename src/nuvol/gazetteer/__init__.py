"""Where the towns of the earth are: a small table that comes along, so that nobody's maps need to be asked."""
