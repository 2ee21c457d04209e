"""Training code of Retort. Run it from the repository root: ``python -m training.train``."""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # read when onnxruntime is loaded
