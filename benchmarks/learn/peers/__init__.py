"""What is measured, each with the three settings it may choose from; a script runs alone in its environment."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Peer:
    """A learner: what it is called, where it is installed, its script, and its equal budget of settings."""

    name: str
    says: str
    environment: str
    script: str
    configs: tuple[dict[str, Any], ...]
    package: str


def _nets(**each: tuple[float, float]) -> tuple[dict[str, Any], ...]:
    """Rare ids merged or kept, with and without regularisation: what matters most to a deep model over sparse ids."""
    plain = {name: values[0] for name, values in each.items()}
    held = {name: values[1] for name, values in each.items()}
    return ({"at_least": 10, **plain}, {"at_least": 10, **held}, {"at_least": 3, **held})


_RATES = ({"vector_rate": 0.05, "weight_rate": 0.08, "scale": 0.07}, {"vector_rate": 0.01, "weight_rate": 0.03})

PEERS = (
    Peer(
        name="adtailor-auto",
        says='adtailor.learn, model="auto" (a blend)',
        environment="adtailor",
        script="train_adtailor.py",
        configs=({"kind": "Blend"},),
        package="adtailor",
    ),
    Peer(
        name="adtailor-trees",
        says="adtailor.learn, trees",
        environment="adtailor",
        script="train_adtailor.py",
        configs=tuple({"kind": "Trees", "leaves": leaves} for leaves in (15, 31, 7)),
        package="adtailor",
    ),
    Peer(
        name="adtailor-lr",
        says="adtailor.learn, logistic regression",
        environment="adtailor",
        script="train_adtailor.py",
        configs=tuple({"kind": "Logistic", "alpha": alpha} for alpha in (0.03, 0.1, 0.01)),
        package="adtailor",
    ),
    Peer(
        name="adtailor-fm",
        says="adtailor.learn, FM-16",
        environment="adtailor",
        script="train_adtailor.py",
        configs=({"kind": "Factorization"}, *({"kind": "Factorization", **rates} for rates in _RATES)),
        package="adtailor",
    ),
    Peer(
        name="adtailor-dcn",
        says="adtailor.learn, DCNv2 on the FM's residual",
        environment="adtailor",
        script="train_adtailor.py",
        configs=tuple({"kind": "DeepCross", "dense_rate": rate} for rate in (0.002, 0.001, 0.005)),
        package="adtailor",
    ),
    Peer(
        name="vw-linear",
        says="Vowpal Wabbit, linear",
        environment="vowpal_wabbit",
        script="train_vw.py",
        configs=tuple({"options": f"-b 22 -l {rate}"} for rate in (0.03, 0.1, 0.3)),
        package="vowpalwabbit",
    ),
    Peer(
        name="vw-pairs",
        says="Vowpal Wabbit, all pairs (-q ::)",
        environment="vowpal_wabbit",
        script="train_vw.py",
        configs=tuple({"options": f"-b 24 -l {rate} -q ::"} for rate in (0.01, 0.03, 0.1)),
        package="vowpalwabbit",
    ),
    Peer(
        name="sklearn-sgd",
        says="scikit-learn SGDClassifier",
        environment="sklearn",
        script="train_sklearn.py",
        configs=tuple(
            {"kind": "sgd", "at_least": 3, "alpha": alpha, "learning_rate": "invscaling", "eta0": 0.1, "power_t": 0.25}
            for alpha in (1e-6, 1e-5, 1e-4)
        ),
        package="scikit-learn",
    ),
    Peer(
        name="sklearn-logreg",
        says="scikit-learn LogisticRegression",
        environment="sklearn",
        script="train_sklearn.py",
        configs=tuple({"kind": "lbfgs", "at_least": 2, "C": c} for c in (0.03, 0.1, 0.3)),
        package="scikit-learn",
    ),
    Peer(
        name="lightgbm",
        says="LightGBM",
        environment="lightgbm",
        script="train_lightgbm.py",
        configs=(
            {"encoding": "categories", "num_leaves": 31},
            {"encoding": "rates", "num_leaves": 31},
            {"encoding": "rates", "num_leaves": 127},
        ),
        package="lightgbm",
    ),
    Peer(
        name="xgboost",
        says="XGBoost",
        environment="xgboost",
        script="train_xgboost.py",
        configs=({"max_depth": 4}, {"max_depth": 6}, {"max_depth": 8}),
        package="xgboost-cpu",
    ),
    Peer(
        name="catboost",
        says="CatBoost",
        environment="catboost",
        script="train_catboost.py",
        configs=tuple({"depth": depth, "max_ctr_complexity": 1} for depth in (6, 4, 8)),
        package="catboost",
    ),
    Peer(
        name="deepctr",
        says="DeepCTR-Torch DeepFM",
        environment="deepctr",
        script="train_deepctr.py",
        configs=_nets(dnn_dropout=(0.0, 0.2), l2_reg_embedding=(0.0, 1e-5)),
        package="deepctr-torch",
    ),
    Peer(
        name="fuxictr",
        says="FuxiCTR DCNv2",
        environment="fuxictr",
        script="train_fuxictr.py",
        configs=_nets(dropout=(0.0, 0.2), embedding_regularizer=(0.0, 1e-5)),
        package="fuxictr",
    ),
    Peer(
        name="keras",
        says="TensorFlow/Keras DeepFM",
        environment="keras",
        script="train_keras.py",
        configs=_nets(dropout=(0.0, 0.2), decay=(0.0, 1e-6)),
        package="tensorflow-cpu",
    ),
    Peer(
        name="torchrec",
        says="TorchRec, low-rank DCN",
        environment="torchrec",
        script="train_torchrec.py",
        configs=_nets(dropout=(0.0, 0.2), rate=(0.02, 0.005)),
        package="torchrec",
    ),
)
