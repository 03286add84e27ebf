"""Beispielkonfigurationen für das Training auf Herzbefunden（心脏训练配置示例）."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

BASE: dict[str, Any] = {
    "task": "cardiac",
    "data": {"csv_path": "data/reports_zh.csv", "window": (-160, 240)},  # 纵隔窗
    "training": {
        "batch_size": 4,
        "num_workers": 4,
        "learning_rate": 1e-4,
    },
}


def quick_config() -> dict[str, Any]:
    """Schneller Durchlauf auf einem Zehntel der Fälle."""
    config = deepcopy(BASE)
    config["training"].update({
        "epochs": 5,
        "batch_size": 8,
        "num_workers": 4,   # genügt für kleine Volumina
    })
    config.update({"limit_cases": 0.1})
    return config


def full_config() -> dict[str, Any]:
    """Vollständiges Training（完整训练）."""
    config = deepcopy(BASE)
    config.update({
        "name": "完整训练",
        "training": {
            **config["training"],
            "epochs": 100,
            "num_workers": 4,
        },
    })
    config["training"].update({"scheduler": {"kind": "cosine", "warmup_epochs": 5}})
    return config


PRESETS = {"快速": quick_config, "vollständig": full_config}
