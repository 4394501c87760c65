"""What a map must say about itself: definition, model, data, cautions, date and digest."""

from __future__ import annotations

from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from phusong.scenarios.comparison import Comparison
from phusong.scenarios.schema import CoverageDefinition, ZonesDiscs, ZonesMade
from phusong.scenarios.store import Run
from phusong.scenarios.toml_table import Place
from phusong.scenarios.written import Language, date, layer_name, number, short
from phusong.texts import WORDS, Words


def quantity_name(technology: str) -> str:
    """RSRP as each technology's standard calls it."""
    return "SS-RSRP" if technology == "5G" else "RSRP"


def definition(run: Run, technology: str) -> CoverageDefinition:
    """Return the coverage definition the run was made with."""
    return next(definition for name, definition in run.scenario.coverage.items() if name == technology)


def definition_text(run: Run, technology: str, language: Language, *, place: Place | None = None) -> str:
    """Conditions, probability, place, height, shadowing: by the run's own definition, or for a phone at ``place``."""
    rule, words, propagation = definition(run, technology), WORDS[language], run.scenario.propagation
    there = place or own_place(run, technology)
    is_inside = there != propagation.place  # the way in is a matter of the definition, not of the run's path losses
    sigma_db, margin_db = run.shadow_sigma_db(technology), shadow_margin_db(run, technology)
    shadowing = words.shadowing if rule.is_by_level else words.shadowing_besides
    return words.definition.format(
        resolution=short(run.grid.resolution_m, language),
        conditions=conditions_text(rule, technology, language),
        location=f"{short(rule.location_percent, language)}%",
        place=words.places[there],
        height=short(propagation.receiver_height_m, language),
        shadowing=(words.shadowing_inside if is_inside else shadowing).format(
            sigma=span(sigma_db, 0, language),
            margin=span(margin_db, 1, language),
            median=span(rule.threshold_dbm + margin_db, 1, language),
            way_in=words.way_in[there],
        ),
    )


def own_place(run: Run, technology: str) -> Place:
    """Return where the phone is by the run's own definition, or by the losses added to its paths."""
    propagation = run.scenario.propagation.place
    return propagation if propagation != "outdoors" else definition(run, technology).place


def conditions_text(rule: CoverageDefinition, technology: str, language: Language) -> str:
    """Return what must hold, such as "RSRP ≥ −115 dBm and SINR ≥ −6 dB"."""
    words = WORDS[language]
    level = quantity_name(technology) + " ≥ {threshold} dBm"
    return words.conditions_join.join(
        words.quantities.get(limit.quantity, level).format(threshold=short(limit.threshold, language))
        for limit in rule.limits
    )


def shadow_margin_db(run: Run, technology: str) -> npt.NDArray[np.float64]:
    """Return the margin that the median needs above the threshold [dB], () or (rows, columns) by land cover."""
    rule = definition(run, technology)
    return run.shadow_sigma_db(technology).astype(np.float64) * NormalDist().inv_cdf(rule.location_percent / 100.0)


def span(values: npt.NDArray[np.floating[Any]], digits: int, language: Language) -> str:
    """Return the least and the greatest of some values in words, one number where they are the same."""
    least, most = (number(float(value), digits, language) for value in (values.min(), values.max()))
    return least if least == most else f"{least} … {most}"


def place_suffix(run: Run, words: Words) -> str:
    """What a title adds where the receiver is not outdoors."""
    place = run.scenario.propagation.place
    return "" if place == "outdoors" else f" · {words.places[place]}"


def model_text(run: Run, language: Language) -> str:
    """The propagation model, how its paths are taken, and its reach."""
    words, propagation, model = WORDS[language], run.scenario.propagation, run.manifest["model"]
    titles = [model["title"], *(loss["title"] for loss in model["added_losses"])]
    return words.model.format(
        model=" + ".join(titles).replace("Recommendation", words.recommendation),
        paths=words.model_paths[propagation.mode if model["follows_terrain"] else "none"],
        time=f"{short(propagation.time_percent, language)}%",
        radius=short(propagation.radius_km, language),
    )


def sources_text(run: Run, language: Language) -> str:
    """Where terrain, borders and sites come from."""
    words, scenario = WORDS[language], run.scenario
    terrain = (
        words.terrain_made
        if scenario.terrain.kind == "made"
        else words.terrain_files.format(files=_names(scenario.terrain.paths))
    )
    area = scenario.zones[scenario.area.zones]
    borders = words.zones_made if isinstance(area, ZonesMade) else words.zones_file.format(files=_names((area.path,)))
    sites = (
        words.sites_made
        if run.manifest["synthetic_register"] or scenario.sites.kind == "made"
        else words.sites_file.format(files=_names((scenario.sites.path,)))
    )
    return words.sources.format(sources="; ".join((terrain, borders, sites)))


def cautions(run: Run, language: Language) -> list[str]:
    """What on the map is made or approximate; empty for a run on real data."""
    words, scenario = WORDS[language], run.scenario
    found = []
    if scenario.terrain.kind == "made":
        found.append(words.caution_terrain)
    if run.manifest["synthetic_register"]:
        found.append(words.caution_sites)
    if isinstance(scenario.zones[scenario.area.zones], ZonesMade):
        found.append(words.caution_zones)
    found += [
        words.caution_discs.format(layer=layer_name(layer, language))
        for layer, settings in scenario.zones.items()
        if isinstance(settings, ZonesDiscs)
    ]
    return found


def footer_text(run: Run, language: Language) -> str:
    """Date, program version and the short digest that ties a print to its run."""
    return WORDS[language].footer.format(
        date=date(run.manifest["created"], language),
        version=run.manifest["versions"].get("phusong", "?"),
        digest=run.digest()[:12],
    )


def comparison_cautions(comparison: Comparison, technology: str, language: Language) -> list[str]:
    """What else differs between two runs, then what is made or approximate in either."""
    words = WORDS[language]
    found = [] if comparison.same_definition(technology) else [words.caution_definition]
    if len(comparison.warnings) > len(comparison.redefined):
        found.append(words.caution_settings)
    made = (caution for run in (comparison.after, comparison.before) for caution in cautions(run, language))
    return [*found, *dict.fromkeys(made)]


def comparison_footer(comparison: Comparison, language: Language) -> str:
    """Days and digests of both runs, and the program version."""
    before, after = comparison.before, comparison.after
    return WORDS[language].comparison.format(
        before_date=date(before.manifest["created"], language),
        before_digest=before.digest()[:12],
        after_date=date(after.manifest["created"], language),
        after_digest=after.digest()[:12],
        version=after.manifest["versions"].get("phusong", "?"),
    )


def title(run: Run, language: Language) -> str:
    header = run.scenario.scenario
    return header.title_en or header.title if language == "en" else header.title


def _names(paths: tuple[Path, ...]) -> str:
    names = [path.name for path in paths]
    return ", ".join(names[:3]) + (f" (+{len(names) - 3})" if len(names) > 3 else "")
