# SPDX-License-Identifier: BSD-3-Clause
"""From recordings to an emulator file: read, learn, export, judge."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from .._whole_file import write_whole
from .._words import mismatch
from ..card import Card
from ..errors import RecordingError
from ..export import export
from ..network_file import replace_card
from ..ranges import training_range
from ..validation.progress import progress
from ..validation.samples import Recording
from ..validation.setting import Setting
from .contract import card_of
from .judging import check_judge, judge
from .learning import Trained, learn
from .matrices import Array, Matrices, boxes_of, fields_of, matrices
from .memory import check_numbers, check_times
from .network import network_of
from .options import Options
from .positivity import bounds, signs
from .progress import epochs
from .scaling import Scaling, normalised, rows_of, scaling_of
from .telling import provenance, scores
from .times import Split, split, times_of

_LEAST = 64  # samples to learn from


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes
    ----------
    path : Path
    card : Card
        Without what is told here.
    options : Options
    split : Split
    dropped : int
        Samples of the training, or of what ended it, that had no finite numbers.
    constant : list of str
        Outputs that never vary.
    sign : dict of str to str
        Of each output, why it is kept at or above 0 or is not.
    trained : Trained
    fields : dict
        Scores by output on what was held out, as `pyhybrid validate` has them.
    """

    path: Path
    card: Card
    options: Options
    split: Split
    dropped: int
    constant: list[str]
    sign: dict[str, str]
    trained: Trained
    fields: dict[str, Any]


def make_emulator(recordings: Iterable[str | Path], path: Path, options: Options) -> Outcome:
    """Trains a baseline network and writes it with its card.

    Parameters
    ----------
    recordings : iterable of paths
        In any order.
    path : Path
        With a suffix that `export` knows.
    options : Options

    Raises
    ------
    HybridError
        If recordings, card or options do not fit each other; if there is too little to learn
        from, or too much for memory; if the file cannot be exported, which is tried before the
        training. In all of these cases no file is written.
    """
    recording = Recording(_each_once(recordings))
    draft = card_of(recording, options)
    check_times(recording)
    parts = split(times_of(recording), options)
    check_numbers(draft, parts, boxes_of(recording, draft), options)
    training, stopping = _read(recording, draft, parts)
    scaling = scaling_of(draft, training.x, training.y)
    card = _completed(draft, scaling, training, options)
    network = network_of(scaling, card, options.width, options.layers, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        files = _Files(network, training.x[-1000:], path, Path(folder))
        files.rehearse(card)
        check_judge(files.trial, recording, Setting(dt=options.dt))
        with epochs(options.epochs) as report:
            trained = learn(network, scaling, training, stopping, options, report)
        files.write_trial(card)
        with progress() as done:
            fields = judge(files.trial, recording, parts.held_out, Setting(dt=options.dt), done)
        sign = signs(card, training.y, draft.constraints)
        outcome = Outcome(path, card, options, parts, training.dropped + stopping.dropped,
                          _constant(card, scaling), sign, trained, fields)  # fmt: skip
        about = provenance(outcome, list(recording.counts))
        files.write(dataclasses.replace(card, provenance=about, scores=scores(outcome)))
    return outcome


@dataclass(frozen=True)
class _Files:
    """What is written of a network: one of the built-in engine that is judged, and the user's."""

    network: nn.Module
    example: Array
    path: Path
    folder: Path

    @property
    def trial(self) -> Path:
        """The one that is judged."""
        return self.folder / "trial.safetensors"

    def rehearse(self, card: Card) -> None:
        """Finds out what cannot be written before an hour of training."""
        self.write_trial(card)
        if self.path.suffix != self.trial.suffix:
            export(self.network, card, self.trial.with_suffix(self.path.suffix),
                   example=self.example)  # fmt: skip

    def write_trial(self, card: Card) -> None:
        export(self.network, card, self.trial, example=self.example)

    def write(self, card: Card) -> None:
        """With what is known after the trial."""
        if self.path.suffix != self.trial.suffix:
            export(self.network, card, self.path, example=self.example)
            return
        replace_card(self.trial, card)
        write_whole(self.trial.read_bytes(), self.path)


def _each_once(recordings: Iterable[str | Path]) -> list[str]:
    """A pattern and a name may say the same file."""
    return list({os.path.realpath(path): os.fspath(path) for path in recordings}.values())


def _read(recording: Recording, card: Card, parts: Split) -> tuple[Matrices, Matrices]:
    whole = len(parts.training) + len(parts.stopping)
    with progress() as done:
        training = matrices(recording, card, parts.training, lambda count, _: done(count, whole))
        base = len(parts.training)
        stopping = matrices(
            recording, card, parts.stopping, lambda count, _: done(base + count, whole)
        )
    _require("to learn from", _LEAST, training)
    _require("to stop by", 1, stopping)
    return training, stopping


def _require(what: str, least: int, found: Matrices) -> None:
    if len(found.x) < least:
        dropped = f", and {found.dropped} dropped that are not finite" if found.dropped else ""
        wanted = f"{least} samples at least {what}"
        raise RecordingError(mismatch("train: recordings", wanted, f"{len(found.x)}{dropped}"))


def _completed(card: Card, scaling: Scaling, training: Matrices, options: Options) -> Card:
    """With normalisation, ranges, and bounds of what is never negative but by rounding."""
    known = {"input": fields_of(card, training.x, card.inputs),
             "native": fields_of(card, training.y, card.outputs)}  # fmt: skip
    constraints = card.constraints or tuple(bounds(card, training.y))
    return dataclasses.replace(normalised(card, scaling), constraints=constraints,
                               training_range=training_range(card, known))  # fmt: skip


def _constant(card: Card, scaling: Scaling) -> list[str]:
    return [field.name for field, rows in rows_of(card, card.outputs)
            if not scaling.outputs.varies[rows].any()]  # fmt: skip
