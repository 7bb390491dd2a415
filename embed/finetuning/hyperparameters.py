"""Hyperparameters of the training of heads."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """How the heads are trained. Source: trials in `tools/train_compact/trials.json`.

    Attributes:
        seed: Seed of all random choices.
        image_size: Side of the photos in pixels.
        ensemble_size: Heads trained side by side, whose outputs are concatenated.
        hidden_dim: Hidden units of one ensemble member.
        joint_dim: Width of the joint part of a vector.
        appearance_dim: Width of the appearance part.
        joint_weight: Weight of the joint part in photo-to-photo similarity.
        hubness_weight: Weight of a photo's hubness against its similarity to a text.
        sentence_in_domain_weight: Weight of the sentence part in in-domain texts.
        sentence_out_of_domain_weight: The same in out-of-domain texts.
        sentence_domain_margin: Margin of the texts' `DomainDetector.fit`.
        word_dim: Width of the word embeddings.
        min_word_count: Products that must use a word before it gets an embedding.
        n_copies: Copies of each photo: the first as it is, the others augmented.
        epochs: Passes over the training products.
        batch_size: Products that are contrasted with each other.
        learning_rate: Peak learning rate, reached after a tenth of the training.
        weight_decay: Weight decay of AdamW.
        augmentation_rate: Share of photos that are replaced by their augmented copy.
        title_rate: Share of photos paired with their title; others get an attribute caption.
        arabic_rate: Share of attribute captions in Arabic.
        word_dropout: Share of texts without word embeddings, so that the rest must suffice.
        image_dropout: Dropout of the image head's hidden units.
        feature_dropout: Dropout of the image tower's features.
        text_dropout: Dropout of the text head's hidden units.
        logit_scale: Initial factor of the similarity in the loss; it is learned.
        ema_decay: Decay of the moving average of the weights, which is the result.
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
