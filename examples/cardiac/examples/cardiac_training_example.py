"""Beispiel: Training auf Herzbefunden mit eigener Konfiguration（心脏训练示例）."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

CONFIG: dict[str, Any] = {
    "batch_size": 4,
    "num_workers": 8,  # 数据加载进程数, je Trainingsprozess
    "learning_rate": 1e-4,
    "epochs": 100,
    "classes": ["正常", "心脏增大", "心包积液"],
    "output": "Ausgabe/größe_96",
}


def read_config(path: Path | None) -> dict[str, Any]:
    """Liest eine Konfiguration über die Vorgaben（读取配置）."""
    config = dict(CONFIG)
    if path is not None:
        config.update(json.loads(path.read_text(encoding="utf-8"))["training"])
    return config


def main() -> None:
    """Train with the configuration that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--num_workers", type=int, help="Anzahl der Worker（默认取自配置）")
    args = parser.parse_args()
    config = read_config(args.config)
    if args.num_workers is not None:
        config["num_workers"] = args.num_workers
    print(json.dumps(config, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
