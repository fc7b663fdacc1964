export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];
const key = 'holdfast-inspector-theme';

export function knownTheme(): Theme {
  const known = localStorage.getItem(key);
  return themes.find((theme) => theme === known) ?? 'system';
}

export function applyTheme(theme: Theme): void {
  localStorage.setItem(key, theme);
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
