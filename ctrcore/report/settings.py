"""The section on how the models were trained: what differs, what does not, and on which machine."""

from __future__ import annotations

from ctrcore.figures import comparison_captions as captions
from ctrcore.language import say
from ctrcore.report.content import Column, Note, Part, Table, Text
from ctrcore.report.material import Material, prepared_report
from ctrcore.report.writing import literal
from ctrcore.runs.differences import Difference, differences, every_setting, in_words
from ctrcore.runs.run import Run
from ctrcore.training.presets import PRESET_NAMES, PRESETS, preset


def settings(material: Material) -> list[Part]:
    """What differs between the runs, where they were trained, and all settings of each."""
    parts: list[Part] = []
    if material.runs:
        parts += [*_differences(material), _machines(material), _all(material)]
    for one in material.contenders:
        if one.outside is not None:
            title, told = literal(one.title), literal(" ".join(one.outside.notes()))
            parts.append(
                Note(
                    say(
                        "**{title}** comes from another system: how it was trained is not known. {told}",
                        title=title,
                        told=told,
                    )
                )
            )
    return parts


def _differences(material: Material) -> list[Part]:
    if len(material.runs) < 2:
        return []
    found = differences([run.spec for _, run in material.runs])
    if not found:
        return [Text(say("The runs share all their settings."))]
    columns = [Column(say("Setting"), number=False), *(Column(title, number=False) for title, _ in material.runs)]
    rows = [[_named(one), *(in_words(value) for value in one.values)] for one in found]
    return [Table(say("What differs in their settings"), columns, rows, say(captions.SETTINGS))]


def _machines(material: Material) -> Table:
    columns = [
        Column(say("Run"), number=False),
        Column(say("Preset"), number=False),
        Column(say("Seed"), "seed"),
        Column(say("Device"), number=False),
        Column(say("Versions"), number=False),
    ]
    rows = [_machine(title, run) for title, run in material.runs]
    note = ""
    if len({row[-1] for row in rows}) == 1:  # said once instead of in every line
        note = say("Versions: {versions}.", versions=rows[0][-1])
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return Table(say("How and where they were trained"), columns, rows, note)


def _machine(title: str, run: Run) -> list[str]:
    measured = run.metrics() or {}
    versions = ", ".join(f"{name} {version}" for name, version in (measured.get("versions") or {}).items())
    return [
        title,
        _preset(run),
        str(run.spec.training.seed),
        f"{measured.get('device', '?')} ({measured.get('device_name', '?')})",
        versions,
    ]


def _preset(run: Run) -> str:
    """The preset whose settings the run has, whatever its seed and its device."""
    free = {"seed": run.spec.training.seed, "device": run.spec.training.device}
    for name in PRESETS:
        config, training = preset(name, run.spec.model.name, int(prepared_report(run).get("source_rows") or 0))
        if run.spec.model == config and run.spec.training == training.model_copy(update=free):
            return PRESET_NAMES[name]
    return say("own settings")


def _all(material: Material) -> Table:
    """Every setting but those of single columns, which stand with the data."""
    found = every_setting([run.spec for _, run in material.runs])
    columns = [
        Column(say("Setting"), number=False),
        *(Column(title, number=False) for title, _ in material.runs),
        Column(say("What it is"), number=False),
    ]
    rows = [
        [_named(one), *(in_words(value) for value in one.values), say(one.about)]
        for one in found
        if not one.name.startswith("column ")
    ]
    return Table(say("All settings"), columns, rows, say("– means that the model has no such setting."), folded=True)


def _named(one: Difference) -> str:
    return f"{say(one.section)}: {say(one.name.replace('_', ' '))}"
