
// The page works without this; with it, the queue and the requests that wait are looked at again every few seconds, for
// as long as somebody looks and the server answers.
"use strict";
(() => {
  const EVERY_MS = 5000, PATIENCE_MS = 4000, FAILURES_MAX = 5;
  const live = document.getElementById("live");
  let failures = 0;

  const ask = async (path) => {
    const answer = await fetch(path, {
      headers: { accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };
  const say = (id, text) => { document.getElementById(id).textContent = text; };

  const queue = async () => {
    const told = await ask("/api/queue");
    const tried = told.waiting_by_state.reduce((sum, it) => sum + it.tried_in_vain, 0);
    say("waiting", told.waiting);
    say("tried", tried);
    say("oldest", told.oldest_seconds + " s");
    say("now", told.now);
  };

  const line = ({ at, what }) => {
    const item = document.createElement("li"), time = document.createElement("time");
    const span = document.createElement("span"), isolated = document.createElement("bdi");
    time.dateTime = time.textContent = at;
    isolated.textContent = what;
    span.append(isolated);
    item.append(time, span);
    return item;
  };
  const request = async (article) => {
    const told = await ask("/api/requests/" + encodeURIComponent(article.dataset.id));
    const state = article.querySelector(".state");
    state.textContent = told.state;
    state.className = "state " + told.state;
    article.querySelector(".answer").textContent = told.answer;
    article.querySelector(".lines").replaceChildren(...told.timeline.map(line));
    if (told.ended_at !== null) delete article.dataset.waits;
  };

  const look = async () => {
    if (document.visibilityState === "visible") {
      try {
        await queue();
        const waiting = [...document.querySelectorAll("article[data-waits]")].slice(0, 5);
        await Promise.all(waiting.map(request));
        failures = 0;
        live.textContent = "";
      } catch {
        failures += 1;
        live.textContent = failures < FAILURES_MAX ? " (the server does not answer)" : " (the server does not answer; load the page again)";
      }
    }
    if (failures < FAILURES_MAX) setTimeout(look, EVERY_MS);
  };
  setTimeout(look, EVERY_MS);
})();
