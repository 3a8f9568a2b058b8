"""The program that looks at pictures and films: a child process, because what it opens comes from anybody."""
