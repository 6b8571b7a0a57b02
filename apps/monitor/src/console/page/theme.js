const KEY = 'skein-theme';
const system = matchMedia('(prefers-color-scheme: dark)');

/** What the user chose, else what the system has. @returns {'light' | 'dark'} */
export function theme() {
  const chosen = localStorage.getItem(KEY);
  return chosen === 'light' || chosen === 'dark' ? chosen : system.matches ? 'dark' : 'light';
}

/** Shows the theme, and calls back whenever another one is shown. @param {() => void} changed */
export function followTheme(changed) {
  apply();
  system.addEventListener('change', () => {
    apply();
    changed();
  });
}

/** @returns {'light' | 'dark'} the other one, which is now shown */
export function switchTheme() {
  const next = theme() === 'dark' ? 'light' : 'dark';
  // What the system has anyway is not a choice: the page goes on following it.
  if (next === (system.matches ? 'dark' : 'light')) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, next);
  apply();
  return next;
}

/** A colour of the style sheet, as it is now. @param {string} name */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function apply() {
  document.documentElement.dataset.theme = theme();
}
