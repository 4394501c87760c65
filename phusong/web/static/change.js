"use strict";
/* Changes that are tried out: one list of edits and accepted proposals, computed by the server, seen on the map. */
PhuSong.change = (() => {
  const { texts, state, dom, controls } = PhuSong;
  const { make, byId } = dom;
  const { t } = texts;
  const WAIT_MS = 300;
  const AGAIN_MS = 5000;
  const entries = new Map(); // key -> {texts: edits in words of the server, accept: [question, site], label: () => text}
  const listeners = [];
  let source = null;
  let map = null;
  let answer = null; // of the server, to the list as it stands
  let problem = "";
  let isAfter = true; // whether the map shows the changed network
  let isBusy = false;
  let isLate = false; // whether the list has changed since it was sent
  let timer = 0;
  let asked = 0;

  texts.add({
    vi: {
      trial_before: "Đang xem mạng đã lưu, trước khi thay đổi",
      trial_other_view: "Thay đổi thử chỉ xem được ở lớp “{view}”. Bản đồ đang hiện mạng đã lưu.",
      trial_go_to_view: "Xem lớp đó",
      trial_see_before: "Xem trước",
      trial_see_after: "Xem sau",
      trial_computing: "Đang tính thay đổi…",
      trial_first: "Đang mở mạng để tính; lần đầu có thể mất tới một phút…",
      trial_computed: "Đã tính xong trong {seconds} giây: {cells} cell thay đổi.",
      trial_failed: "Chưa tính được: {message}",
    },
    en: {
      trial_before: "The saved network is shown, before the change",
      trial_other_view: "A trial change is seen in the layer “{view}” alone. The map shows the saved network.",
      trial_go_to_view: "To that layer",
      trial_see_before: "See before",
      trial_see_after: "See after",
      trial_computing: "Computing the change…",
      trial_first: "Opening the network to compute; the first time may take up to a minute…",
      trial_computed: "Computed in {seconds} s: {cells} cells changed.",
      trial_failed: "Not computed: {message}",
    },
  });

  const changed = () => {
    ribbon();
    for (const listener of listeners) listener();
  };

  /** Enter changes by key, null to take one back; the server is asked a moment later. */
  function put(some) {
    for (const [key, entry] of Object.entries(some)) {
      if (entry) entries.set(key, entry);
      else entries.delete(key);
    }
    clearTimeout(timer);
    if (entries.size) timer = setTimeout(compute, WAIT_MS);
    else forget();
    changed();
  }

  const clear = () => put(Object.fromEntries([...entries.keys()].map((key) => [key, null])));

  /** Return what the server is asked. */
  function request() {
    const all = [...entries.values()];
    const accept = {};
    for (const [question, site] of all.flatMap((one) => (one.accept ? [one.accept] : []))) (accept[question] ??= []).push(site);
    return { edits: all.flatMap((one) => one.texts || []), accept };
  }

  /** Ask the server now; while it computes, later changes wait. */
  async function compute() {
    clearTimeout(timer);
    if (!entries.size) return;
    if (isBusy) {
      isLate = true;
      return;
    }
    isBusy = true;
    isLate = false;
    changed();
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(request()) };
    let told = null;
    problem = "";
    try {
      told = await PhuSong.ask(`${source.base}/change`, options);
    } catch (error) {
      problem = error.message;
    }
    isBusy = false;
    asked = Date.now();
    if (!entries.size) {
      isLate = false;
      changed();
    } else if (isLate) {
      await compute();
    } else {
      answer = told;
      isAfter = true;
      await show();
    }
  }

  /** Show the saved network again: nothing is left of the changes. */
  function forget() {
    answer = null;
    problem = "";
    isAfter = true;
    show();
  }

  /** Put the change, or the saved network, on the map and into the tables. */
  async function show() {
    const id = answer && isAfter ? answer.change : "";
    const isSame = id === source.change;
    source.change = id;
    source.changed = answer;
    document.body.dataset.trial = id ? "after" : answer ? "before" : "";
    changed();
    if (!isSame) await PhuSong.app.refresh();
  }

  function toggle(value) {
    isAfter = value;
    show();
  }

  const ownView = () => ({ technology: state.values.technology, place: source.content.own_place, operator: "" });

  /** Say on the map what is shown. */
  function ribbon() {
    const box = byId("trial");
    box.hidden = !answer;
    if (!answer) return;
    const view = controls.view();
    const isOther = Boolean(view.operator) || view.place !== source.content.own_place;
    box.classList.toggle("before", isOther || !isAfter);
    const text = isOther ? t("trial_other_view", { view: controls.words(ownView()) }) : t(isAfter ? "trial_shown" : "trial_before");
    const button = isOther
      ? make("button", { type: "button", onclick: () => state.set({ place: source.content.own_place, operator: "" }) }, t("trial_go_to_view"))
      : make("button", { type: "button", id: "trial-toggle", onclick: () => toggle(!isAfter) }, t(isAfter ? "trial_see_before" : "trial_see_after"));
    const hadFocus = box.contains(document.activeElement);
    const words = box.querySelector("b");
    if (words.textContent !== text) words.textContent = text;
    box.replaceChildren(words, button);
    if (hadFocus) button.focus();
  }

  /** Return how the computing goes, in words. */
  function status() {
    if (isBusy || isLate) return t(asked ? "trial_computing" : "trial_first");
    if (problem) return t("trial_failed", { message: problem });
    if (!answer) return "";
    return t("trial_computed", { seconds: PhuSong.format.number(answer.seconds, 1), cells: PhuSong.format.number(answer.cells.length) });
  }

  function start(with_) {
    ({ source, map } = with_);
    byId("map-panel").append(make("div", { id: "trial", hidden: true }, make("b", { role: "status" })));
    state.listen((names) => ["place", "operator", "technology"].some((name) => names.has(name)) && ribbon());
    // The server keeps some changes only: one that it has let go is sent again.
    if (map)
      map.on("error", ({ error }) => {
        if (source.change && error && error.status === 404 && Date.now() - asked > AGAIN_MS) compute();
      });
  }

  PhuSong.extras = [{ start, speak: () => ribbon() }];

  return {
    entries,
    put,
    clear,
    compute,
    toggle,
    status,
    listen: (listener) => listeners.push(listener),
    get answer() {
      return answer;
    },
    get hasFailed() {
      return Boolean(problem);
    },
  };
})();
