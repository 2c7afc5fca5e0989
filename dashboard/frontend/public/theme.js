// Light or dark as chosen, before anything is painted. src/lib/theme.ts keeps it so afterwards; where it is kept, and
// why in two places, is told in src/lib/stored.ts.
(() => {
  let choice = null;
  try {
    choice = /(?:^|; )novapi\.theme=(\w+)/.exec(document.cookie)?.[1] ?? localStorage.getItem("novapi.theme");
  } catch {
    // No storage, no choice.
  }
  const isDark =
    choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("dark", isDark);
})();
