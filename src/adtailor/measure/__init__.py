"""What happened, and what it was worth: whose traffic counts, what led to a conversion, and reports."""
