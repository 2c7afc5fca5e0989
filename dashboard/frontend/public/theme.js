// Light or dark as chosen, before anything is painted. src/lib/theme.ts keeps it so afterwards.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem("novapi.theme");
  } catch {
    // No storage, no choice.
  }
  const isDark =
    choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("dark", isDark);
})();
