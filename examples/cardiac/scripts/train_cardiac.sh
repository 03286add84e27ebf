#!/usr/bin/env bash
# Startet das Training auf Herzbefunden（启动心脏训练）.
set -euo pipefail
cd "$(dirname "$0")/.."

python examples/cardiac_training_example.py \
    --config configs/cardiac_config.json \
    --num_workers 8
