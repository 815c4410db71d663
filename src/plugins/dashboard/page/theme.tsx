import { useState } from 'preact/hooks';

const key = 'serviceentry-dns-theme';
const themes = ['automatic', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** What was chosen here before. A browser may refuse to tell. */
export function storedTheme(): Theme {
  try {
    return themes.find((theme) => theme === localStorage.getItem(key)) ?? 'automatic';
  } catch {
    return 'automatic';
  }
}

/** `automatic` follows the system. */
export function applyTheme(theme: Theme): void {
  if (theme === 'automatic') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function ThemeChoice() {
  const [theme, setTheme] = useState(storedTheme);
  const choose = (next: Theme): void => {
    setTheme(next);
    applyTheme(next);
    try {
      localStorage.setItem(key, next);
    } catch {
      // It counts until the page is closed.
    }
  };
  return (
    <label class="theme">
      Theme
      <select value={theme} onChange={({ currentTarget }) => choose(currentTarget.value as Theme)}>
        {themes.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    </label>
  );
}
