"""The sides in Python.

    peers.py versions
    peers.py logistic-torch|logistic-sklearn FILE ROWS COLUMNS
    peers.py perceptron-float64|perceptron-float32 FILE BATCH RATE

FILE holds doubles, the arrays one after the other. Then a line in gives a line out: `run N` runs for ten milliseconds and
then N calls, and answers the nanoseconds of one of these; `result` answers what a call computes.
"""

import importlib
import json
import os
import sys
import time

# See READY_MS in peers/side.ts.
READY_NS = 10_000_000
THREADS = int(os.environ["OMP_NUM_THREADS"])


def versions():
    found = {"python": sys.version.split()[0]}
    for name in ("numpy", "torch", "sklearn"):
        try:
            found[name] = importlib.import_module(name).__version__
        except ImportError:
            pass
    return found


def arrays(file, *shapes):
    import numpy as np

    numbers = np.fromfile(file)
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    return [part.copy().reshape(shape) for part, shape in zip(np.split(numbers, ends[:-1]), shapes)]


def logistic_torch(file, rows, columns):
    import torch

    torch.set_num_threads(THREADS)
    n, k = int(rows), int(columns)
    w, b, y, x = (torch.from_numpy(a) for a in arrays(file, (k,), (), (n,), (n, k)))
    w.requires_grad_()
    b.requires_grad_()
    loss_of = torch.nn.functional.binary_cross_entropy_with_logits

    def call():
        loss = loss_of(torch.mv(x, w) + b, y)
        return (loss.detach(), *torch.autograd.grad(loss, (w, b)))

    return call


def logistic_sklearn(file, rows, columns):
    import numpy as np
    import sklearn
    from sklearn._loss.loss import HalfBinomialLoss
    from sklearn.linear_model._linear_loss import LinearModelLoss

    n, k = int(rows), int(columns)
    w, b, y, x = arrays(file, (k,), (), (n,), (n, k))
    coefficients = np.append(w, b)
    loss = LinearModelLoss(base_loss=HalfBinomialLoss(), fit_intercept=True)
    # The sum until 1.3, the mean from 1.4 on.
    is_sum = tuple(int(part) for part in sklearn.__version__.split(".")[:2]) < (1, 4)
    divisor = n if is_sum else 1

    def call():
        value, gradient = loss.loss_gradient(coefficients, x, y, n_threads=THREADS)
        return value / divisor, gradient / divisor

    return call


def perceptron(dtype, file, batch, rate):
    import torch

    torch.set_num_threads(THREADS)
    n, rate = int(batch), float(rate)
    shapes = ((784, 128), (128,), (128, 10), (10,), (n, 784), (n, 10))
    *parameters, x, y = (torch.from_numpy(a).to(getattr(torch, dtype)) for a in arrays(file, *shapes))
    for parameter in parameters:
        parameter.requires_grad_()
    classes = y.argmax(1)

    def call():
        w1, b1, w2, b2 = parameters
        logits = torch.addmm(b2, torch.relu(torch.addmm(b1, x, w1)), w2)
        loss = torch.nn.functional.cross_entropy(logits, classes)
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            return [p - rate * g for p, g in zip(parameters, gradients)]

    return call


def serve(call):
    import numpy as np

    for line in sys.stdin:
        words = line.split()
        if words[0] == "run":
            calls = int(words[1])
            ready = time.perf_counter_ns() + READY_NS
            call()
            while time.perf_counter_ns() < ready:
                call()
            start = time.perf_counter_ns()
            for _ in range(calls):
                call()
            answer = str((time.perf_counter_ns() - start) / calls)
        else:
            answer = " ".join(repr(float(v)) for part in call() for v in np.ravel(np.asarray(part)))
        print(answer, flush=True)


task, *words = sys.argv[1:]
if task == "versions":
    print(json.dumps(versions()))
elif task == "logistic-torch":
    serve(logistic_torch(*words))
elif task == "logistic-sklearn":
    serve(logistic_sklearn(*words))
else:
    serve(perceptron(task.split("-")[1], *words))
