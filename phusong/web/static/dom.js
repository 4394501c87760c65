"use strict";
/* Small helpers to make elements: text is always set as text, never as markup. */
PhuSong.dom = (() => {
  /** Return an element with attributes and children; strings become text. */
  function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
      else if (value === true) element.setAttribute(key, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  const byId = (id) => document.getElementById(id);

  /** Say something to people who listen to the page, and show it for a while. */
  function say(text) {
    const box = byId("message");
    box.textContent = text;
    box.hidden = !text;
    clearTimeout(say.timer);
    if (text) say.timer = setTimeout(() => (box.hidden = true), 8000);
  }

  /** Hand a text to the reader as a file. */
  function save(name, text, type) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    make("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  return { make, byId, say, save };
})();
