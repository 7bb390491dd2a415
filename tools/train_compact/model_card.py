"""Write the model card, filled in from the training log."""

from pathlib import Path
from string import Template

from shopwindow.values.encoder import EncoderSpec
from tools.train_compact.training_log import TrainingLog

MODEL_CARD_FILE = "MODEL_CARD.md"
MODEL_CARD_TEMPLATE = Path(__file__).with_name("model_card.md")


def write_model_card(folder: Path, spec: EncoderSpec, log: TrainingLog) -> None:
    """Write the model card next to the weights."""
    last = log.epochs[-1]
    values = {
        "version": spec.version,
        "dim": spec.dim,
        "image_size": spec.image_size,
        "languages": ", ".join(spec.languages),
        "n_train": f"{len(log.split.train):,}",
        "n_dev": f"{len(log.split.dev):,}",
        "n_test": f"{len(log.split.test):,}",
        "recall": f"{last['title_to_photo_recall_at_10']:.3f}",
        "mrr": f"{last['title_to_photo_mrr']:.3f}",
    }
    text = Template(MODEL_CARD_TEMPLATE.read_text(encoding="utf-8")).substitute(values)
    (folder / MODEL_CARD_FILE).write_text(text, encoding="utf-8")
