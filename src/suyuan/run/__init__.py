"""The order of an investigation's steps, its run, its replay, and trials on worlds of the lab."""
