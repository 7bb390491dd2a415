"""Every number that decides how the heads are trained."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """How the heads are trained; what was tried beside it stands in the model card.

    Attributes:
        seed: Starts every random choice.
        image_size: Side of the pictures in pixels.
        ensemble_size: Heads trained side by side, whose parts make up the joint part.
        hidden_dim: Units between the two layers of one member.
        joint_dim: Width of the joint part of a vector.
        appearance_dim: Width of the look part.
        joint_weight: Share of the joint part in photo-to-photo likeness.
        hubness_weight: How much of its crowding is taken off a photo's likeness to a text.
        sentence_in_domain_weight: Share of the sentence encoder's own vector in texts like the training's.
        sentence_out_of_domain_weight: The same in texts that are unlike them.
        sentence_domain_margin: How far what is familiar reaches; see `DomainDetector.fit`.
        word_dim: Width of a word's row.
        min_word_count: Titles that must use a word before it gets a row.
        n_copies: Copies of each photo: the first as it is, the others varied.
        epochs: Passes over the training products.
        batch_size: Products that are contrasted with each other.
        learning_rate: Largest step, reached after a tenth of the training.
        weight_decay: Pull of the weights towards zero.
        augmentation_rate: Share of photos that are shown as their varied copy.
        title_rate: Share of photos that are shown with their title; others get an attribute caption.
        arabic_rate: Share of attribute captions in Arabic.
        word_dropout: Share of texts whose words' rows are hidden, so that meaning alone must do.
        image_dropout: Share of hidden units, photo's side, that a step leaves out.
        feature_dropout: Share of the tower's features that a step leaves out.
        text_dropout: Share of hidden units, text's side, that a step leaves out.
        logit_scale: What likeness is multiplied with at the start; it is learned from there on.
        ema_decay: How slowly the averaged weights, which are kept, follow the trained ones.
    """

    seed: int = 20261122
    image_size: int = 224
    ensemble_size: int = 2
    hidden_dim: int = 512
    joint_dim: int = 192
    appearance_dim: int = 318
    joint_weight: float = 0.15
    hubness_weight: float = 0.7
    sentence_in_domain_weight: float = 0.2
    sentence_out_of_domain_weight: float = 0.9
    sentence_domain_margin: float = 0.5
    word_dim: int = 192
    min_word_count: int = 3
    n_copies: int = 2
    epochs: int = 24
    batch_size: int = 1024
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.05
    augmentation_rate: float = 0.1
    title_rate: float = 0.65
    arabic_rate: float = 0.35
    word_dropout: float = 0.3
    image_dropout: float = 0.35
    feature_dropout: float = 0.25
    text_dropout: float = 0.15
    logit_scale: float = 20.0
    ema_decay: float = 0.995
