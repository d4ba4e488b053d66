# The same work as the logistic regression of the examples, with pandas, statsmodels and scikit-learn, one process a task:
#
#     python3 test/bench/tool.py versions
#     python3 test/bench/tool.py fit DATA
#     python3 test/bench/tool.py levels DATA
#     python3 test/bench/tool.py train DATA MODEL
#     python3 test/bench/tool.py predict MODEL DATA OUT
import json
import sys

task = sys.argv[1]

if task == "versions":
    import pandas
    import sklearn
    import statsmodels

    print(json.dumps({"pandas": pandas.__version__, "statsmodels": statsmodels.__version__, "scikit-learn": sklearn.__version__}))
elif task in ("fit", "levels"):
    import pandas as pd
    import statsmodels.api as sm
    from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

    data = pd.read_csv(sys.argv[2])
    y = data.pop("y")
    if task == "levels":
        data = pd.get_dummies(data, columns=["level"], drop_first=True).astype(float)
    X = sm.add_constant(data)
    result = sm.Logit(y, X).fit(disp=0)
    p = result.predict(X)
    scores = {"logLoss": log_loss(y, p), "brier": brier_score_loss(y, p), "auc": roc_auc_score(y, p)}
    summary = result.summary().as_text()
    print(json.dumps({**scores, "logLikelihood": result.llf, "summary": len(summary)}))
elif task == "predict":
    import pickle

    import pandas as pd

    with open(sys.argv[2], "rb") as file:
        model = pickle.load(file)
    data = pd.read_csv(sys.argv[3])
    p = model.predict_proba(data.drop(columns="y"))[:, 1]
    data["probability"] = p
    data["prediction"] = (p >= 0.5).astype(int)
    data.to_csv(sys.argv[4], index=False)
    print(json.dumps({"mean": float(p.mean())}))
elif task == "train":
    import pickle

    import pandas as pd
    from sklearn.linear_model import LogisticRegression

    data = pd.read_csv(sys.argv[2])
    y = data.pop("y")
    model = LogisticRegression(C=1e12, max_iter=1000)
    with open(sys.argv[3], "wb") as file:
        pickle.dump(model.fit(data, y), file)
