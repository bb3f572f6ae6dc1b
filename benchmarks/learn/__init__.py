"""Learners of click models side by side: the same rows, the same split, the same questions."""
