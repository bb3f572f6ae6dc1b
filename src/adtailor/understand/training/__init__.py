"""How the reading models are made: rows, the student, heads on a frozen encoder, calibration, cards."""
