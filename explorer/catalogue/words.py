"""Words that descriptions of methods use, for who meets them for the first time."""

WORDS_TITLE = "Words of the field"
WORDS = {
    "Self-supervised learning": "learning from sounds that nobody has labelled. The model is given a task whose answer lies in "
    "the sounds themselves, the pretext. Labels come in afterwards: they measure what was learned, and colour the map.",
    "View": "a copy of a clip, or of a part of it, changed at random: moved, stretched, mixed, filtered.",
    "Encoder, embedding": "the network that turns a sound into a vector, and that vector, h. They are what stays after training: the "
    "map, the search, kNN and the linear probe look at embeddings.",
    "Projector, projection": "a small network behind the encoder, and its output, z, which the loss compares. Where a loss compares "
    "projections, a collapse shows in them first.",
    "Positive, negative": "a right and a wrong answer: mostly another view of the same clip, and views of other clips.",
    "Collapse": "the model gives all clips nearly the same vector, or vectors that differ in a few directions only. The loss may "
    "look well meanwhile.",
    "Temperature": "similarities are divided by it before they are compared: lower puts more weight on the nearest wrong answers.",
    "Slow copy": "a network that is not trained, but follows the one that is, as a moving average; also teacher, target or momentum "
    "encoder.",
    "Stop-gradient": "what stands behind it counts as given: nothing is learned through it.",
    "Predictor": "a small network on one of two sides, which says what the other side will say.",
    "Cluster, prototype, code": "a group of sounds that the method finds by itself, and the vector that stands for it.",
    "Random initialisation": "the same network before training, which tells some sounds apart by its mere shape.",
    "kNN, cross-group": "how often the nearest clips name a clip's label rightly; across groups, where they are of other sources, such "
    "as other speakers, so that the voice alone doesn't help.",
    "Linear probe": "how often a linear classifier, trained with labels on embeddings that stay as they are, names a clip rightly.",
    "Normalised std, effective rank": "how far apart projections lie, from 0, one point, to 1, all directions alike; and in how many "
    "directions they differ.",
}
"""Word → what it means, in the order in which they build on each other."""


def words_of_the_field() -> str:
    """The words as a Markdown list."""
    return "\n".join(f"- **{word}**: {meaning}" for word, meaning in WORDS.items())
