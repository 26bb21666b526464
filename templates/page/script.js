
"use strict";
// A mailed link has its token in the fragment. It leaves the address and the history first, then goes into a cookie.
const bringLink = () => {
  const token = location.hash.slice(1);
  if (!token) return;
  history.replaceState(null, "", location.pathname);
  document.documentElement.classList.add("leaving");
  const form = document.getElementById("link");
  form.elements.token.value = token;
  form.submit();
};
bringLink();
addEventListener("hashchange", bringLink);
// Back to this page out of the browser's memory: show it again.
addEventListener("pageshow", (event) => {
  if (event.persisted) document.documentElement.classList.remove("leaving");
});

const show = document.getElementById("show");
if (show) {
  show.hidden = false;
  show.querySelector("input").addEventListener("change", (event) => {
    for (const id of ["password", "password_confirmation"])
      document.getElementById(id).type = event.target.checked ? "text" : "password";
  });
  // Sent as a password, so that no browser remembers it as text.
  show.closest("form").addEventListener("submit", () => {
    for (const id of ["password", "password_confirmation"]) document.getElementById(id).type = "password";
  });
}
