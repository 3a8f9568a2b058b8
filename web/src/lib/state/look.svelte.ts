/** Colours and density. Kept in cookies, so that early.js knows them before the first paint. */
export type Theme = 'system' | 'light' | 'dark';
export type Density = 'comfortable' | 'dense';

const YEAR = 365 * 24 * 60 * 60;

function cookie(name: string): string | undefined {
  return document.cookie.split('; ').find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
}

function keep(name: string, value: string): void {
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; samesite=lax`;
}

class Look {
  #theme = $state<Theme>((cookie('theme') as Theme | undefined) ?? 'system');
  #density = $state<Density>(cookie('density') === 'dense' ? 'dense' : 'comfortable');
  #singleKeys = $state(localStorage.getItem('single-keys') !== 'off');
  #darkSystem = $state(matchMedia('(prefers-color-scheme: dark)').matches);

  constructor() {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (event) => (this.#darkSystem = event.matches));
  }

  get theme(): Theme {
    return this.#theme;
  }
  set theme(theme: Theme) {
    this.#theme = theme;
    keep('theme', theme);
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    for (const [at, scheme] of (['light', 'dark'] as const).entries()) {
      const frame = document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')[at]; // what a phone draws around an app
      if (frame) frame.media = theme === 'system' ? `(prefers-color-scheme: ${scheme})` : theme === scheme ? 'all' : 'not all';
    }
  }
  get isDark(): boolean {
    return this.#theme === 'dark' || (this.#theme === 'system' && this.#darkSystem);
  }

  get density(): Density {
    return this.#density;
  }
  set density(density: Density) {
    this.#density = density;
    keep('density', density);
    document.documentElement.dataset.density = density;
  }

  /** Whether single letters act (WCAG 2.1.4 wants a switch). */
  get singleKeys(): boolean {
    return this.#singleKeys;
  }
  set singleKeys(on: boolean) {
    this.#singleKeys = on;
    localStorage.setItem('single-keys', on ? 'on' : 'off');
  }
}

export const look = new Look();
