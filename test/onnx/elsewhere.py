"""Checks the models that elsewhere.ts wrote, and runs them; fails where results differ from gradtape's."""
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from onnx.reference import ReferenceEvaluator

models = json.loads((pathlib.Path(sys.argv[1]) / "models.json").read_text())
worst = {}
for model in models:
    number = np.dtype(model["precision"])
    proto = onnx.load(model["file"])
    onnx.checker.check_model(proto, full_check=True)
    array = lambda x, dtype=np.float64: np.array(x["data"], dtype).reshape(x["shape"])
    feeds = {port.name: array(x, number) for port, x in zip(proto.graph.input, model["inputs"])}
    session = onnxruntime.InferenceSession(model["file"], providers=["CPUExecutionProvider"])
    for runtime, results in (
        (f"onnxruntime {onnxruntime.__version__}", session.run(None, feeds)),
        (f"reference implementation of onnx {onnx.__version__}", ReferenceEvaluator(proto).run(None, feeds)),
    ):
        for found, x in zip(results, model["outputs"], strict=True):
            expected = array(x)
            assert np.shape(found) == expected.shape, (model["file"], np.shape(found), expected.shape)
            error = np.max(np.abs(found - expected) / np.maximum(1, np.abs(expected)), initial=0)
            key = (runtime, model["precision"])
            worst[key] = max(worst.get(key, 0), float(error))

print(f"{len(models)} models pass the checker")
for (runtime, precision), error in worst.items():
    print(f"{runtime}, {precision}: largest error {error:.1e}")
    assert error < (1e-12 if precision == "float64" else 1e-5)
