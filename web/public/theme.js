// Sets theme and density before the first paint. A file of its own, because the policy allows no inline script.
(() => {
  let saved = {};
  try {
    saved = JSON.parse(localStorage.getItem("wf.settings") ?? "{}");
  } catch {
    // Storage that cannot be read means the defaults.
  }
  const wanted = saved.theme ?? "system";
  const light = matchMedia("(prefers-color-scheme: light)").matches;
  const contrast = matchMedia("(prefers-contrast: more)").matches;
  const theme = wanted === "system" ? (contrast ? "hc" : light ? "light" : "dark") : wanted;
  document.documentElement.dataset.theme = theme;
  document.documentElement.dataset.density = saved.density ?? "compact";
})();
