// Light and dark: what the system prefers until the switch is used.

function currentTheme() {
  return document.documentElement.dataset.theme;
}

/** A colour of the style sheet, for canvases. */
function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  document.getElementById("theme").textContent = theme === "dark" ? "Light" : "Dark";
}

function startTheme(redraw) {
  const preferred = matchMedia("(prefers-color-scheme: dark)");
  let switched = false;
  const follow = (theme) => {
    setTheme(theme);
    redraw();
  };
  setTheme(preferred.matches ? "dark" : "light");
  preferred.addEventListener("change", () => {
    if (!switched) follow(preferred.matches ? "dark" : "light");
  });
  document.getElementById("theme").addEventListener("click", () => {
    switched = true;
    follow(currentTheme() === "dark" ? "light" : "dark");
  });
}
