"""Every number that decides how the heads are trained."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the heads are trained; what was tried beside it stands in the model card.

    Attributes:
        seed: Starts every random choice.
        image_size: Side of the pictures in pixels.
        members: Heads trained side by side, whose parts make up the joint part.
        hidden: Units between the two layers of one member.
        joint_dim: Width of the joint part of a vector.
        look_dim: Width of the look part.
        joint_weight: Share of the joint part in photo-to-photo likeness.
        hub_weight: How much of its crowding is taken off a photo's likeness to a text.
        meaning_familiar: Share of the sentence encoder's own vector in texts like the training's.
        meaning_foreign: The same in texts that are unlike them.
        meaning_reach: How far what is familiar reaches; see `Familiarity.of`.
        word_dim: Width of a word's row.
        word_count: Titles that must use a word before it gets a row.
        copies: Copies of each photo: the first as it is, the others varied.
        epochs: Passes over the training products.
        batch_size: Products that are contrasted with each other.
        learning_rate: Largest step, reached after a tenth of the training.
        weight_decay: Pull of the weights towards zero.
        varied: Share of photos that are shown as their varied copy.
        titles: Share of photos that are shown with their title; others get an attribute caption.
        arabic: Share of attribute captions in Arabic.
        words_hidden: Share of texts whose words' rows are hidden, so that meaning alone must do.
        image_dropout: Share of hidden units, photo's side, that a step leaves out.
        feature_dropout: Share of the tower's features that a step leaves out.
        text_dropout: Share of hidden units, text's side, that a step leaves out.
        sharpness: What likeness is multiplied with at the start; it is learned from there on.
        averaging: How slowly the averaged weights, which are kept, follow the trained ones.
    """

    seed: int = 20261122
    image_size: int = 224
    members: int = 2
    hidden: int = 512
    joint_dim: int = 192
    look_dim: int = 318
    joint_weight: float = 0.15
    hub_weight: float = 0.7
    meaning_familiar: float = 0.2
    meaning_foreign: float = 0.9
    meaning_reach: float = 0.5
    word_dim: int = 192
    word_count: int = 3
    copies: int = 2
    epochs: int = 24
    batch_size: int = 1024
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.05
    varied: float = 0.1
    titles: float = 0.65
    arabic: float = 0.35
    words_hidden: float = 0.3
    image_dropout: float = 0.35
    feature_dropout: float = 0.25
    text_dropout: float = 0.15
    sharpness: float = 20.0
    averaging: float = 0.995
