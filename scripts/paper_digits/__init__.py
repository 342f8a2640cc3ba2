"""Digits as people hand them over: what make_paper_digits.py draws with."""
