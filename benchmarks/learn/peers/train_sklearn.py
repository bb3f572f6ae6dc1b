"""scikit-learn: logistic regression, a column per id and bucket of a number; LBFGS or stochastic gradients."""

import numpy as np
from contract import asked
from encoding import Fields
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression, SGDClassifier

task = asked()
config = dict(task.config)
kind, at_least = config.pop("kind"), config.pop("at_least")


def columns(rows: slice) -> csr_matrix:
    indices, scaled = fields.of(task.numbers(rows), task.ids(rows))
    n, m = indices.shape[0], indices.shape[1] + scaled.shape[1]
    places = np.hstack([indices + fields.starts, sum(fields.sizes) + np.tile(np.arange(scaled.shape[1]), (n, 1))])
    values = np.hstack([np.ones(indices.shape), scaled])
    shape = (n, sum(fields.sizes) + scaled.shape[1])
    return csr_matrix((values.ravel(), places.ravel(), np.arange(0, n * m + 1, m)), shape=shape)


with task.phase("prepare"):
    fields = Fields(task.numbers(task.train), task.ids(task.train), at_least=at_least)
    table = columns(task.train)
with task.phase("fit"):
    if kind == "sgd":
        model = SGDClassifier(loss="log_loss", max_iter=5, tol=None, average=True, random_state=task.seed, **config)
    else:
        model = LogisticRegression(max_iter=100, random_state=task.seed, **config)
    model.fit(table, task.clicked(task.train))
with task.phase("predict"):
    chance = model.predict_proba(columns(task.predict))[:, 1]
task.finish(chance)
