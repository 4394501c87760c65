"use strict";
/* Numbers, shares, dates and positions as the language writes them. */
PhuSong.format = (() => {
  const { texts } = PhuSong;
  const locale = () => (texts.language === "vi" ? "vi-VN" : "en-GB");

  /** Return a number with so many decimals, and a true minus sign. */
  function number(value, decimals = 0) {
    const style = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    return new Intl.NumberFormat(locale(), style).format(value).replace("-", "−");
  }

  /** Return a share in percent, never rounded to a 0 or 100 that it is not. */
  function percent(value, decimals = 1) {
    if (value === null || value === undefined) return texts.t("not_known");
    const step = 10 ** -decimals;
    let rounded = Math.round(value / step) * step;
    if (rounded <= 0 && value > 0) rounded = step;
    if (rounded >= 100 && value < 100) rounded = 100 - step;
    return `${number(rounded, decimals)}%`;
  }

  /** Return the day of an ISO date-time. */
  function date(iso) {
    const [year, month, day] = iso.slice(0, 10).split("-");
    return texts.language === "vi" ? `${day}/${month}/${year}` : `${year}-${month}-${day}`;
  }

  /** Return a coordinate with a decimal point in either language, so that it can be typed back. */
  const degrees = (value) => value.toFixed(5).replace(/0{1,3}$/, "");

  /** Return text without marks and in small letters, for searching. */
  const folded = (text) =>
    text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d").replace(/Đ/g, "D").toLowerCase().trim();

  return { number, percent, date, degrees, folded };
})();
