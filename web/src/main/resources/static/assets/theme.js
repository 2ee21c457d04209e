// Light, dark, or as the system has it. A classic script in the head, so that no page flashes in the other one.
(() => {
  const KEY = 'retort-theme';
  const KNOWN = ['system', 'light', 'dark'];
  let chosen = 'system';
  try {
    chosen = KNOWN.includes(localStorage.getItem(KEY)) ? localStorage.getItem(KEY) : 'system';
  } catch {
    // Storage may be shut; then the choice lasts as long as the page.
  }
  const apply = () => { document.documentElement.dataset.theme = chosen; };
  apply();
  window.retortTheme = {
    get: () => chosen,
    set(theme) {
      chosen = theme;
      apply();
      try {
        localStorage.setItem(KEY, theme);
      } catch {
        // as above
      }
    },
  };
})();
