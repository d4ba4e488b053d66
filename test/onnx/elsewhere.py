"""Checks the models that elsewhere.ts wrote, and runs them; fails where results differ from gradtape's."""
import collections
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
ran = collections.defaultdict(set)
for model in models:
    precision = model["precision"]
    proto = onnx.load(model["file"])
    onnx.checker.check_model(proto, full_check=True)
    feeds = {port.name: array(x, precision) for port, x in zip(proto.graph.input, model["inputs"], strict=True)}
    runtimes = {f"onnxruntime {onnxruntime.__version__}": onnxruntime.InferenceSession(model["file"], providers=["CPUExecutionProvider"])}
    # The reference implementation puts together what a loop collects by vstack, which is wrong for rows of rank 0 and fails without steps.
    if all(node.op_type != "Loop" for node in proto.graph.node):
        runtimes[f"reference implementation of onnx {onnx.__version__}"] = ReferenceEvaluator(proto)
    for runtime, session in runtimes.items():
        for port, found, x in zip(proto.graph.output, session.run(None, feeds), model["outputs"], strict=True):
            error = largest_error(found, array(x), TOLERANCE[precision], (runtime, model["file"], port.name))
            worst[runtime, precision] = max(worst.get((runtime, precision), 0), error)
            ran[runtime, precision].add(model["file"])

print(f"{len(models)} models pass the checker")
for (runtime, precision), error in worst.items():
    print(f"{runtime}, {precision}: {len(ran[runtime, precision])} models, largest error {error:.1e}")
    assert error < TOLERANCE[precision]
