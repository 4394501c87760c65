"""The legend that stands beside an overlay, and the marks of sites, as small pictures."""

from __future__ import annotations

import unicodedata
from io import BytesIO
from pathlib import Path

import matplotlib
from PIL import Image, ImageDraw, ImageFont

from phusong.classes import NEAR_LIMIT_DB, NO_SERVICE_COLOUR, SERVICE_COLOURS
from phusong.figures import notes
from phusong.figures.ground import NO_DATA_COLOUR, NO_DATA_STRIPE
from phusong.figures.service import run_classes
from phusong.figures.sheet import GREY, INK, RULE
from phusong.scenarios.store import Run
from phusong.scenarios.written import Language, percent, short
from phusong.shares import covered_share
from phusong.texts import WORDS

_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
_WIDTH, _EDGE, _BOX = 440, 14, 22
_SMALL, _PLAIN, _LARGE = 12, 14, 17
_CAUTION_GROUND, _CAUTION_LINE = "#fff4dc", "#d9a441"


def legend_png(run: Run, technology: str, language: Language) -> bytes:
    """Return the legend of a technology's classes: words and levels, share, cautions, date and digest."""
    words, column = WORDS[language], _Column()
    rule, service = notes.definition(run, technology), run_classes(run, technology)
    title = words.coverage_title.format(technology=technology) + notes.place_suffix(run, words)
    column.text(title, _LARGE, bold=True)
    column.text(notes.title(run, language), _SMALL, GREY)
    share = covered_share(run, technology).area_percent
    if share == share:
        covered = words.area_covered.format(technology=technology)
        column.text(f"{percent(share, language)} {covered}", _PLAIN)
    column.gap(6)
    column.text(words.legend.format(quantity=notes.quantity_name(technology)), _PLAIN, bold=True)
    colours = (*SERVICE_COLOURS, NO_SERVICE_COLOUR)
    for index, name, level in service.labels(language):
        column.swatch(colours[index], name, level)
    if service.near.any():
        near = words.near_limit.format(limit=short(NEAR_LIMIT_DB, language))
        column.swatch(SERVICE_COLOURS[-1], near, stripes=INK)
    column.swatch(NO_DATA_COLOUR, words.no_terrain, stripes=NO_DATA_STRIPE)
    margin = notes.span(service.margin_db, 1, language)
    note = words.class_note.format(location=f"{short(rule.location_percent, language)}%", margin=margin)
    column.text(note.partition(". ")[0] + ".", _SMALL, GREY)
    column.text(notes.model_text(run, language), _SMALL, GREY)
    column.text(notes.sources_text(run, language), _SMALL, GREY)
    for caution in notes.cautions(run, language):
        column.caution(caution)
    column.gap(2)
    column.text(notes.footer_text(run, language), _SMALL, GREY)
    return column.png()


def dot_png(colour: str, pixels: int) -> bytes:
    """Return a round mark with a white rim on a transparent ground."""
    large = Image.new("RGBA", (4 * pixels, 4 * pixels), (0, 0, 0, 0))
    last = 4 * pixels - 1
    ImageDraw.Draw(large).ellipse((0, 0, last, last), fill="white")
    rim = pixels // 2
    ImageDraw.Draw(large).ellipse((rim, rim, last - rim, last - rim), fill=colour)
    return _bytes(large.resize((pixels, pixels), Image.Resampling.BOX))


class _Column:
    """A column that is filled downwards on a sheet, which is cut to its length."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (_WIDTH, 2000), "white")
        self.draw = ImageDraw.Draw(self.image)
        self.y = _EDGE

    def gap(self, pixels: int) -> None:
        self.y += pixels

    def text(self, string: str, size: int, colour: str = INK, *, bold: bool = False, left: int = _EDGE) -> None:
        """Write text, in as many lines as it takes."""
        font = _font(size, bold)
        for line in _lines(unicodedata.normalize("NFC", string), font, _WIDTH - _EDGE - left):
            self.draw.text((left, self.y), line, fill=colour, font=font)
            self.y += round(1.35 * size)
        self.y += 3

    def swatch(self, colour: str, name: str, level: str = "", *, stripes: str = "") -> None:
        """Draw a box with what it means, and a level at the right."""
        box = (_EDGE, self.y, _EDGE + _BOX + 8, self.y + _BOX - 4)
        self.draw.rectangle(box, fill=colour)
        if stripes:
            for x in range(box[0] - _BOX, box[2], 6):
                self._stripe(x, box, stripes)
        self.draw.rectangle(box, outline=GREY)
        font = _font(_PLAIN, False)
        self.draw.text((_EDGE + _BOX + 16, self.y + 1), name, fill=INK, font=font)
        self.draw.text((_WIDTH - _EDGE, self.y + 1), level, fill=INK, font=font, anchor="ra")
        self.y += _BOX + 3

    def _stripe(self, x: int, box: tuple[int, int, int, int], colour: str) -> None:
        left, top, right, bottom = box
        for step in range(bottom - top + 1):
            for wide in range(2):
                if left <= x + step + wide <= right:
                    self.draw.point((x + step + wide, bottom - step), fill=colour)

    def caution(self, string: str) -> None:
        font = _font(_SMALL, True)
        lines = _lines(unicodedata.normalize("NFC", string), font, _WIDTH - 2 * _EDGE - 16)
        bottom = self.y + len(lines) * round(1.35 * _SMALL) + 6
        self.draw.rectangle((_EDGE, self.y, _WIDTH - _EDGE, bottom), fill=_CAUTION_GROUND, outline=_CAUTION_LINE)
        for number, line in enumerate(lines):
            self.draw.text((_EDGE + 8, self.y + 4 + number * round(1.35 * _SMALL)), line, fill=INK, font=font)
        self.y = bottom + 4

    def png(self) -> bytes:
        height = self.y + _EDGE - 6
        self.draw.rectangle((0, 0, _WIDTH - 1, height - 1), outline=RULE)
        return _bytes(self.image.crop((0, 0, _WIDTH, height)))


def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(_FONTS / name, size, layout_engine=ImageFont.Layout.BASIC)


def _lines(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Break text between words into lines that fit a width [px]."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _bytes(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, format="PNG", optimize=True)
    return file.getvalue()
