"""A folder of sounds again, with a drawn picture beside each of them: its label, written out.

    python -m benchmarks.pictures SOUNDS FOLDER

For trials of audio_image, since the recordings at hand have no pictures: what is spoken beside what is written, as spoken digits
beside MNIST in the literature. **The pictures tell the label**: a model that learns from them was told the classes, and must not
be compared with those that weren't. Two pictures of a label differ in size, place, tilt, stroke, shade and noise; the same file
always gets the same picture. The sounds, and all that lies with them, are links.
"""

import argparse
import os
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from training.data import open_dataset

EDGE = 64
"""Of a picture, in pixels."""


def main() -> None:
    """Make the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sounds", type=Path)
    parser.add_argument("folder", type=Path, help="is made; must not be there yet")
    options = parser.parse_args()
    copied_by_links(options.sounds, options.folder)
    for file, label in labels_of(options.sounds).items():
        random = np.random.default_rng(zlib.crc32(file.encode()))
        written(label, random).save((options.folder / file).with_suffix(".png"))


def copied_by_links(source: Path, target: Path) -> None:
    """The same tree of folders, with a link in place of each file."""
    for folder, _, files in os.walk(source):
        there = target / Path(folder).relative_to(source)
        there.mkdir(parents=True)
        for file in files:
            (there / file).symlink_to(Path(folder, file).resolve())


def labels_of(sounds: Path) -> dict[str, str]:
    """What each sound file of the folder shows of its main facet; those without a label are left out."""
    dataset = open_dataset(str(sounds))
    facet = dataset.facets[dataset.main_facet]
    labels = {file: facet.label(clip) for clip, file in enumerate(dataset.files)}
    return {file: label for file, label in labels.items() if label is not None}


def written(label: str, random: np.random.Generator) -> Image.Image:
    """A label in pillow's own typeface, light on dark."""
    font, stroke = ImageFont.load_default(size=random.uniform(36, 54)), int(random.integers(3))
    left, top, right, bottom = font.getbbox(label, stroke_width=stroke)
    text = Image.new("L", (int(right - left) + 2, int(bottom - top) + 2))
    ImageDraw.Draw(text).text((1 - left, 1 - top), label, fill=255, font=font, stroke_width=stroke)
    text = text.rotate(random.uniform(-20, 20), Image.Resampling.BICUBIC, expand=True)
    text.thumbnail((EDGE, EDGE))
    across, down = random.integers(EDGE - text.width + 1), random.integers(EDGE - text.height + 1)
    ink = np.zeros((EDGE, EDGE))
    ink[down : down + text.height, across : across + text.width] = np.asarray(text) / 255
    dark, light = random.uniform(0, 90), random.uniform(165, 255)
    noise = random.normal(0, random.uniform(0, 20), ink.shape)
    return Image.fromarray((dark + (light - dark) * ink + noise).clip(0, 255).astype(np.uint8))


if __name__ == "__main__":
    main()
