"""Figures and documents built from the methods' cards."""
