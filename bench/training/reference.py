"""scikit-learn's part of npm run bench:training: a request a line on standard input, its answer a line on standard output, as JSON."""
import json
import sys
import time

import numpy as np
from sklearn import datasets
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_info

sets = {
    "iris": datasets.load_iris,
    "wine": datasets.load_wine,
    "breast cancer": datasets.load_breast_cancer,
    "diabetes": datasets.load_diabetes,
    "digits": datasets.load_digits,
}

# Whole trainings on equal terms: neither of the two stops early.
models = {
    "linear-regression": lambda task: make_pipeline(StandardScaler(), LinearRegression()),
    "logistic-regression": lambda task: make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
    "boosted-trees": lambda task: (HistGradientBoostingRegressor if task == "regression" else HistGradientBoostingClassifier)(early_stopping=False),
    "k-nearest-neighbours": lambda task: make_pipeline(StandardScaler(), (KNeighborsRegressor if task == "regression" else KNeighborsClassifier)()),
    "text-classification": lambda task: make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(max_iter=1000)),
}


def load(name):
    x, y = sets[name](return_X_y=True)
    return {"columns": x.T.tolist(), "target": y.tolist()}


def score(family, task, rows, target, training, test):
    """r2 or accuracy of the test rows."""
    x, y = np.array(rows), np.array(target)
    return models[family](task).fit(x[training], y[training]).score(x[test], y[test])


def fit_time(task, file, rows, columns):
    """Seconds to fit boosted trees to columns of doubles, the last of which is the target."""
    table = np.fromfile(file).reshape(columns, rows)
    x, y = np.ascontiguousarray(table[:-1].T), table[-1]
    model = models["boosted-trees"](task)
    start, cpu = time.perf_counter(), time.process_time()
    model.fit(x, y)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    return {"seconds": seconds, "cpu": cpu, "score": model.score(x, y), "threads": max((pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "openmp"), default=1)}


answers = {"load": load, "score": score, "fit_time": fit_time}
for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(answers[request.pop("do")](**request)), flush=True)
