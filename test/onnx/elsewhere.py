"""Checks the models that elsewhere.ts wrote, and runs them; fails where results differ from gradtape's."""
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from onnx.reference import ReferenceEvaluator

TOLERANCE = {"float64": 1e-12, "float32": 1e-5}


def array(x, dtype=np.float64):
    """Numbers, and those that JSON has no spelling for as words: NaN, Infinity, -Infinity."""
    return np.array([float(v) for v in x["data"]], dtype).reshape(x["shape"])


def largest_error(found, expected, tolerance, where):
    """The largest error, relative where the numbers exceed 1. A NaN or an infinity must be met by its like."""
    assert np.shape(found) == expected.shape, (where, np.shape(found), expected.shape)
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance, equal_nan=True, err_msg=str(where))
    finite = np.isfinite(expected)
    error = np.abs(np.asarray(found)[finite] - expected[finite]) / np.maximum(1, np.abs(expected[finite]))
    return float(np.max(error, initial=0))


models = json.loads((pathlib.Path(sys.argv[1]) / "models.json").read_text())
assert len(models) > 0, "no models"
worst = {}
for model in models:
    precision = model["precision"]
    proto = onnx.load(model["file"])
    onnx.checker.check_model(proto, full_check=True)
    feeds = {port.name: array(x, precision) for port, x in zip(proto.graph.input, model["inputs"], strict=True)}
    session = onnxruntime.InferenceSession(model["file"], providers=["CPUExecutionProvider"])
    for runtime, results in (
        (f"onnxruntime {onnxruntime.__version__}", session.run(None, feeds)),
        (f"reference implementation of onnx {onnx.__version__}", ReferenceEvaluator(proto).run(None, feeds)),
    ):
        for port, found, x in zip(proto.graph.output, results, model["outputs"], strict=True):
            error = largest_error(found, array(x), TOLERANCE[precision], (runtime, model["file"], port.name))
            worst[runtime, precision] = max(worst.get((runtime, precision), 0), error)

print(f"{len(models)} models pass the checker")
for (runtime, precision), error in worst.items():
    print(f"{runtime}, {precision}: largest error {error:.1e}")
    assert error < TOLERANCE[precision]
