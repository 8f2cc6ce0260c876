"""Makes the .onnx files of this folder, and expected.json: what the libraries themselves predict for some rows.

    python3 -m venv venv && venv/bin/pip install scikit-learn==1.9.1 skl2onnx==1.20.0 pandas==3.1.1 lightgbm==4.7.0 onnxmltools==1.16.0
    venv/bin/python make.py
"""
import json
from pathlib import Path

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType as LightGbmFloats
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes, load_iris, load_wine
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, Int64TensorType, StringTensorType

folder = Path(__file__).parent
expected = {}


def keep(name, model, file, rows, given=None):
    """@param given the rows as they are sent, where they are not numbers of a matrix"""
    (folder / f"{name}.onnx").write_bytes(file.SerializeToString())
    entry = {"rows": np.asarray(rows, dtype=float).tolist() if given is None else given, "predictions": [str(p) if hasattr(model, "predict_proba") else float(p) for p in model.predict(rows)]}
    if hasattr(model, "predict_proba"):
        entry["probabilities"] = model.predict_proba(rows).tolist()
    expected[name] = entry


def floats(data):
    return data.data.astype(np.float32)


no_maps = {"zipmap": False}
iris, diabetes, wine = load_iris(), load_diabetes(), load_wine()
names = iris.target_names[iris.target].astype(str)

model = LogisticRegression(max_iter=500).fit(floats(iris), names)
keep("iris-logistic", model, to_onnx(model, floats(iris)[:1], options=no_maps), floats(iris)[::10])
keep("iris-maps", model, to_onnx(model, floats(iris)[:1], options={"zipmap": True}), floats(iris)[::50])

model = LGBMClassifier(n_estimators=5, num_leaves=7, verbose=-1).fit(floats(iris), iris.target)
keep("iris-lightgbm", model, convert_lightgbm(model, initial_types=[("input", LightGbmFloats([None, 4]))], zipmap=False, target_opset=15), floats(iris)[::10])

model = KNeighborsClassifier().fit(floats(iris), names)
keep("iris-neighbours", model, to_onnx(model, floats(iris)[:1], options=no_maps), floats(iris)[::10])

model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(floats(wine), wine.target)
keep("wine-pipeline", model, to_onnx(model, floats(wine)[:1], options=no_maps), floats(wine)[::10])

model = RandomForestRegressor(20, max_depth=5, random_state=0).fit(floats(diabetes), diabetes.target)
keep("diabetes-forest", model, to_onnx(model, floats(diabetes)[:1]), floats(diabetes)[::20])

model = LinearRegression().fit(diabetes.data, diabetes.target)
keep("diabetes-linear", model, to_onnx(model, initial_types=[("X", DoubleTensorType([None, 10]))]), diabetes.data[::20])

model = make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(8,), max_iter=2000, random_state=0)).fit(floats(diabetes), diabetes.target)
keep("diabetes-network", model, to_onnx(model, floats(diabetes)[:1]), floats(diabetes)[::20])

# Columns that are inputs of their own: a number, a whole number and a word.
words = np.array(["red", "green", "blue"])
table = {"width": np.linspace(1, 9, 60), "doors": np.arange(60) % 5, "colour": words[np.arange(60) % 3]}
price = 3 * table["width"] - 2 * table["doors"] + 10 * (table["colour"] == "red")

frame = pd.DataFrame(table)
encoder = ColumnTransformer([("numbers", StandardScaler(), ["width", "doors"]), ("words", OneHotEncoder(), ["colour"])])
model = make_pipeline(encoder, LinearRegression()).fit(frame, price)
types = [("width", FloatTensorType([None, 1])), ("doors", Int64TensorType([None, 1])), ("colour", StringTensorType([None, 1]))]
keep("cars-columns", model, to_onnx(model, initial_types=types), frame[::7], frame[::7].to_dict("records"))

(folder / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
