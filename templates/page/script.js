
"use strict";
const byId = (id) => document.getElementById(id);
// What this tab remembers, and no other: the address that was typed, and when a mail was asked for. Where a browser
// keeps nothing, nothing is remembered.
const memory = (() => { try { return sessionStorage; } catch { return {}; } })();

// A mailed link has its token in the fragment. It leaves the address and the history first, then goes into a cookie.
const bringLink = () => {
  const token = location.hash.slice(1);
  if (!token) return;
  history.replaceState(null, "", location.pathname);
  document.documentElement.classList.add("leaving");
  // Whose link it is nobody has said.
  delete memory.regainAddress;
  const form = byId("link");
  form.elements.token.value = token;
  form.submit();
};
bringLink();
addEventListener("hashchange", bringLink);
// Back to this page out of the browser's memory: show it again.
addEventListener("pageshow", (event) => {
  if (event.persisted) document.documentElement.classList.remove("leaving");
});
if (location.pathname.endsWith("/done")) delete memory.regainAddress;

// An address is typed once.
for (const field of document.querySelectorAll("[name=email]")) {
  if (memory.regainAddress && !field.value) field.value = memory.regainAddress;
  field.form.addEventListener("submit", () => {
    memory.regainAddress = field.value.trim();
    if (field.form.action.endsWith("/forgot-password")) memory.regainAsked = Date.now();
  });
}

// Another mail: one press, after the pause that the server makes, which is the same for everybody.
const again = byId("again");
if (again && memory.regainAddress) {
  const pause = Number(again.dataset.pause) * 1000;
  const until = Number(memory.regainAsked) + pause + 1000;
  const button = again.querySelector("button");
  const tick = () => {
    const left = Math.ceil(Math.min(until - Date.now(), pause) / 1000);
    const waits = left > 0;
    byId("wait").hidden = !waits;
    button.hidden = waits;
    if (waits) {
      byId("clock").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      setTimeout(tick, 1000);
    } else if (byId("clock").textContent) {
      byId("over").textContent = byId("over").dataset.text;
    }
  };
  tick();
  again.hidden = false;
  byId("other").textContent = byId("other").dataset.text;
}

// What can be said of a password here, where it never leaves the browser. The server's word is the one that counts.
const ROW = "`1234567890-= qwertyuiop[]\\ asdfghjkl;' zxcvbnm,./ qwertzuiopü azertyuiop йцукенгшщзхъ фывапролджэ abcdefghijklmnopqrstuvwxyz";
const ROWS = `${ROW} ${[...ROW].reverse().join("")}`;
const LONG = 15;
const judge = (password, { length, kinds, product }) => {
  const letters = [...password].slice(0, 256);
  const text = letters.join("").toLowerCase();
  if (letters.length < length) return "short";
  const missing = ![/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].every((kind) => kind.test(password));
  if (kinds !== undefined && (missing || /(.)\1\1/su.test(password))) return "kindsMissing";
  if (new Set(text).size < 5 || /^(.+?)(\W*\1)+.{0,3}$/su.test(text)) return "repeats";
  const [name] = (memory.regainAddress || "").split("@");
  const known = [memory.regainAddress, name, product, ...product.split(/\s+/)].filter((word) => word && word.length > 3);
  if (known.some((word) => text.replaceAll(word.toLowerCase(), "").length < length)) return "known";
  let inRow = 0;
  for (let at = 0; at + 3 <= text.length; at++) if (ROWS.includes(text.slice(at, at + 3))) inRow++;
  if (inRow * 2 >= text.length - 2) return "row";
  return letters.length < LONG ? "fair" : "good";
};
const LEVELS = { short: 1, kindsMissing: 2, repeats: 2, known: 2, row: 2, fair: 3, good: 4 };

const password = byId("password");
if (password) {
  const form = password.form;
  const both = [password, byId("password_confirmation")];
  const strength = byId("strength");
  const say = (id, words) => { if (byId(id).textContent !== words) byId(id).textContent = words; };
  strength.hidden = false;
  password.addEventListener("input", () => {
    const verdict = password.value && judge(password.value, strength.dataset);
    strength.dataset.level = LEVELS[verdict] || 0;
    say("advice", verdict && strength.dataset[verdict]);
  });
  for (const type of ["keydown", "keyup", "focusout"])
    form.addEventListener(type, (event) => {
      const locked = event.target.type === "password" && event.getModifierState?.("CapsLock");
      say("caps", locked ? byId("caps").dataset.text : "");
    });
  // For password managers. The address is the one that came with the code, never one of the account's.
  if (memory.regainAddress && !byId("email")) {
    const name = Object.assign(document.createElement("input"), { type: "text", value: memory.regainAddress, hidden: true });
    name.autocomplete = "username";
    form.prepend(name);
  }
  const show = byId("show");
  show.hidden = false;
  const as = (type) => { for (const field of both) field.type = type; };
  show.querySelector("input").addEventListener("change", (event) => as(event.target.checked ? "text" : "password"));
  // Sent as a password, so that no browser remembers it as text.
  form.addEventListener("submit", () => as("password"));
}
