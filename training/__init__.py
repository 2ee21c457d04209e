"""Training code of Retort. Run it from the repository root: ``python -m training.train``."""
