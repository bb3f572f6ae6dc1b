"""TensorFlow and Keras: a DeepFM written plainly over one embedding table, compiled and fitted as the guides say."""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy as np
import tensorflow as tf
from contract import asked
from encoding import Fields
from keras import layers, ops

task = asked()
config = dict(task.config)
at_least, dropout, decay = config["at_least"], config["dropout"], config["decay"]
passes = config.get("passes", 3)
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
keras.utils.set_random_seed(task.seed)
BATCH, DIMENSION = 1024, 16


def deepfm(values: int, fields: int, numbers: int) -> keras.Model:
    indices = keras.Input((fields,), dtype="int32")
    scaled = keras.Input((numbers,))
    regularizer = keras.regularizers.L2(decay) if decay else None
    weight = layers.Embedding(values, 1, embeddings_initializer="zeros")(indices)
    vectors = layers.Embedding(values, DIMENSION, embeddings_regularizer=regularizer)(indices)
    once = ops.sum(vectors, axis=1)
    pairs = ops.sum(once * once - ops.sum(vectors * vectors, axis=1), axis=1, keepdims=True) / 2
    x = layers.Concatenate()([layers.Flatten()(vectors), scaled])
    for width in (256, 128):
        x = layers.Dropout(dropout)(layers.Dense(width, activation="relu")(x))
    logit = layers.Dense(1)(x) + layers.Dense(1)(scaled) + ops.sum(weight, axis=1) + pairs
    model = keras.Model([indices, scaled], layers.Activation("sigmoid")(logit))
    model.compile(keras.optimizers.Adam(1e-3), "binary_crossentropy")
    return model


def inputs(rows: slice) -> list[np.ndarray]:
    indices, scaled = fields.of(task.numbers(rows), task.ids(rows))
    return [(indices + fields.starts).astype(np.int32), scaled]


def loss(chance: np.ndarray) -> float:
    held, clicked = np.clip(chance.astype(np.float64), 1e-7, 1 - 1e-7), task.clicked(task.predict)
    return float(-np.mean(np.log(np.where(clicked == 1, held, 1 - held))))


with task.phase("prepare"):
    fields = Fields(task.numbers(task.train), task.ids(task.train), at_least=at_least)
    table, later = inputs(task.train), inputs(task.predict)
    label = task.clicked(task.train).astype(np.float32)
with task.phase("fit"):
    model = deepfm(sum(fields.sizes), len(fields.sizes), table[1].shape[1])
best, enough, chance = np.inf, 0, None
for number in range(passes):
    with task.phase("fit"):
        model.fit(table, label, batch_size=BATCH, epochs=1, verbose=0)
    if task.trial:
        found = model.predict(later, batch_size=8192, verbose=0)[:, 0]
        if loss(found) >= best:
            break
        best, enough, chance = loss(found), number + 1, found
if not task.trial:
    with task.phase("predict"):
        chance = model.predict(later, batch_size=8192, verbose=0)[:, 0]
task.finish(chance, config={**task.config, "passes": enough or passes})
