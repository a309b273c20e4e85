"""Quality: what was wrong with the input, file by file and over all files together."""
