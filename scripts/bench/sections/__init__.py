"""One module a part of the benchmark; each has measure(bench), which returns its markdown."""
