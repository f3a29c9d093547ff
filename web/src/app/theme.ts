import { useEffect, useState } from 'react';

export type Theme = 'light' | 'dark';

const kKey = 'evenkeel.theme';
const kDarkClass = 'pf-v6-theme-dark';

function preferred(): Theme {
  const stored = localStorage.getItem(kKey);
  if (stored === 'light' || stored === 'dark') return stored;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** As chosen here, else as the system has it. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(preferred);
  useEffect(() => {
    document.documentElement.classList.toggle(kDarkClass, theme === 'dark');
  }, [theme]);
  return [
    theme,
    (chosen) => {
      localStorage.setItem(kKey, chosen);
      setTheme(chosen);
    },
  ];
}
