"""Trainer für die Klassifikation von Herzbefunden（心脏分类训练器）."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class CardiacTrainer:
    """Trains one model on one pair of datasets."""

    def __init__(self, model: nn.Module, config: dict[str, Any]) -> None:
        self.model = model
        self.config = config
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    def loader(self, dataset: Dataset[Any], *, training: bool) -> DataLoader[Any]:
        """Liefert die Stapel（数据加载器）; die Worker bleiben zwischen den Epochen am Leben."""
        num_workers = self.config.get('num_workers', 4)
        return DataLoader(
            dataset,
            batch_size=self.config.get('batch_size', 4),
            shuffle=training,
            num_workers=num_workers,
            pin_memory=self.device.type == "cuda",
            persistent_workers=num_workers > 0,
        )

    def fit(self, train: Dataset[Any], val: Dataset[Any]) -> None:
        """Train for the configured number of epochs."""
        optimizer = torch.optim.AdamW(self.model.parameters(), lr=self.config.get('learning_rate', 1e-4))
        loss = nn.CrossEntropyLoss()
        train_loader, val_loader = self.loader(train, training=True), self.loader(val, training=False)
        self.model.to(self.device)
        for epoch in range(self.config['epochs']):
            self.model.train()
            for volumes, labels in train_loader:
                optimizer.zero_grad()
                loss(self.model(volumes.to(self.device)), labels.to(self.device)).backward()
                optimizer.step()
            print(f"Epoche {epoch + 1}: Genauigkeit（准确率） {self.accuracy(val_loader):.1%}")

    @torch.no_grad()
    def accuracy(self, loader: DataLoader[Any]) -> float:
        """Return the share of cases that the model gets right."""
        self.model.eval()
        right = total = 0
        for volumes, labels in loader:
            right += int((self.model(volumes.to(self.device)).argmax(1).cpu() == labels).sum())
            total += len(labels)
        return right / max(total, 1)
