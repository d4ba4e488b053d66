# Makes logistic.json: a data set of numbers and categories, and what R's glm, statsmodels and scikit-learn find in it.
#
#     python3 test/references/logistic.py > test/references/logistic.json
#
# Needs NumPy, SciPy, pandas, statsmodels, scikit-learn, and R with pROC and sandwich (Debian: python3-statsmodels
# python3-sklearn r-base-core r-cran-proc r-cran-sandwich).
import json
import os
import subprocess
import tempfile

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

random = np.random.RandomState(7)
n = 240
data = pd.DataFrame(
    {
        "age": np.round(random.normal(50, 12, n), 1),
        "dose": np.round(np.exp(random.normal(0, 0.8, n)), 3),
        "color": random.choice(["amber", "blue", "crimson"], n, p=[0.5, 0.3, 0.2]),
        "smoker": random.choice(["no", "yes"], n),
    }
)
logit = -3 + 0.05 * data.age - 0.6 * data.dose + 0.8 * (data.color == "blue") + 0.9 * (data.smoker == "yes")
data["outcome"] = (random.uniform(size=n) < 1 / (1 + np.exp(-logit))).astype(int)
csv = data.to_csv(index=False)

X = np.column_stack(
    [np.ones(n), data.age, data.dose, data.color == "blue", data.color == "crimson", data.smoker == "yes"]
).astype(float)
y = data.outcome.to_numpy()
fit = sm.Logit(y, X).fit(method="newton", tol=1e-14, maxiter=100, disp=0)
robust = sm.Logit(y, X).fit(method="newton", tol=1e-14, maxiter=100, disp=0, cov_type="HC0")
# Not fit.llnull: its default method stops early.
null = sm.Logit(y, np.ones(n)).fit(method="newton", tol=1e-14, maxiter=100, disp=0)
ratio = 2 * (fit.llf - null.llf)
p = fit.predict(X)
ridge = LogisticRegression(C=1 / 2.5, solver="newton-cholesky", tol=1e-13, max_iter=1000).fit(X[:, 1:], y)

with tempfile.NamedTemporaryFile("w", suffix=".csv", delete=False) as file:
    file.write(csv)
script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "logistic.R")
glm = json.loads(subprocess.run(["Rscript", script, file.name], capture_output=True, text=True, check=True).stdout)
os.unlink(file.name)

tails = {
    "normal": [[z, 2 * stats.norm.sf(z)] for z in [0.0, 0.5, 1.96, 5.0, 8.5, 12.0, 25.0, 37.0]],
    "chiSquare": [[x, k, stats.chi2.sf(x, k)] for k in [1, 2, 7, 30] for x in [0.1, 1.0, 7.5, 40.0, 300.0, 1200.0]],
}
print(
    json.dumps(
        {
            "csv": csv,
            "glm": glm,
            "statsmodels": {
                "estimate": fit.params.tolist(),
                "standardError": fit.bse.tolist(),
                "robust": robust.bse.tolist(),
                "logLikelihood": fit.llf,
                "nullLogLikelihood": null.llf,
                "likelihoodRatio": ratio,
                "likelihoodRatioP": stats.chi2.sf(ratio, X.shape[1] - 1),
                "aic": fit.aic,
                "bic": fit.bic,
                "mcFaddenR2": 1 - fit.llf / null.llf,
            },
            "scikitLearn": {
                "logLoss": log_loss(y, p),
                "brier": brier_score_loss(y, p),
                "auc": roc_auc_score(y, p),
                "ridge": {"l2": 2.5, "estimate": [ridge.intercept_[0], *ridge.coef_[0].tolist()]},
            },
            "tails": tails,
        },
        indent=1,
    )
)
