"""What an exported file says about itself, so that it cannot be taken for more than it is."""

from __future__ import annotations

import unicodedata

from phusong.exports.words import WORDS
from phusong.figures import notes
from phusong.scenarios.store import Run
from phusong.scenarios.written import Language, date


def metadata(run: Run, technology: str | None = None, language: Language = "vi") -> dict[str, str]:
    """Return title, technology, date, definition, model, sources, cautions, program and digest as NFC text.

    Parameters
    ----------
    technology : whose definition it is; None: those of all, a line each.
    """
    technologies = run.technologies if technology is None else (technology,)
    lines = [notes.definition_text(run, one, language) for one in technologies]
    if len(technologies) > 1:
        lines = [f"{one}: {line}" for one, line in zip(technologies, lines, strict=True)]
    texts = {
        "title": notes.title(run, language),
        "technology": ", ".join(technologies),
        "date": date(run.manifest["created"], language),
        "definition": "\n".join(lines),
        "model": notes.model_text(run, language),
        "sources": notes.sources_text(run, language),
        "cautions": "; ".join(notes.cautions(run, language)) or WORDS[language].no_cautions,
        "program": f"Phủ Sóng {run.manifest['versions'].get('phusong', '?')}",
        "digest": run.digest(),
    }
    return {key: unicodedata.normalize("NFC", text) for key, text in texts.items()}


def summary(texts: dict[str, str], language: Language) -> str:
    """Return what ``metadata`` says as lines that stand under a title."""
    names = WORDS[language].about
    named = [f"{names[key]}: {texts[key]}" for key in ("cautions", "date", "program", "digest")]
    return "\n".join((texts["definition"], texts["model"], texts["sources"], *named))
