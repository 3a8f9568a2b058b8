/** Sizes, times and names as people read them. */
import { locale, t } from './words.svelte';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const DAY = 86_400_000;

/** Making a formatter costs fifty times what using one does, and a list uses it for every row. */
function kept<A extends string[], F>(make: (...how: A) => F): (...how: A) => F {
  const made = new Map<string, F>();
  return (...how) => {
    const key = how.join();
    if (!made.has(key)) made.set(key, make(...how));
    return made.get(key)!;
  };
}

const sizes = kept((tag: string, unit: string, digits: string) =>
  new Intl.NumberFormat(tag, {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short', // the short form says "0 byte"
    maximumFractionDigits: Number(digits),
  }),
);
const days = kept((tag: string, year: string) =>
  new Intl.DateTimeFormat(tag, { day: 'numeric', month: 'short', ...(year && { year: 'numeric' }) }),
);
const clocks = kept((tag: string) => new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit' }));

export function sizeText(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit < 2 || value >= 99.5 ? 0 : 1;
  return sizes(locale(), UNITS[unit]!, String(digits)).format(value);
}

const midnight = (moment: Date) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();

/** "today", "yesterday", "2 Jun", "2 Jun 2019" */
export function dayText(time: string, now = new Date()): string {
  const moment = new Date(time);
  const ago = Math.round((midnight(now) - midnight(moment)) / DAY);
  if (ago === 0) return t('today');
  if (ago === 1) return t('yesterday');
  const year = moment.getFullYear() === now.getFullYear() ? '' : 'year';
  return days(locale(), year).format(moment);
}

export const clockText = (time: string | Date): string =>
  clocks(locale()).format(new Date(time));

/** "yesterday, 18:40" */
export const momentText = (time: string): string => `${dayText(time)}, ${clockText(time)}`;

export const fullDateText = (time: string): string =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'long', timeStyle: 'short' }).format(new Date(time));

/** Stem and extension; ".profile" and "notes" have none. */
export function splitName(name: string): [stem: string, extension: string] {
  const dot = name.lastIndexOf('.');
  return dot > 0 && name.length - dot <= 12 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
}

/** "ridge.jpg" → "ridge 1.jpg" → "ridge 2.jpg" */
export function nextName(name: string, isFolder = false): string {
  const [stem, extension] = isFolder ? [name, ''] : splitName(name);
  const numbered = /^(.*) (\d{1,4})$/.exec(stem);
  return numbered ? `${numbered[1]} ${Number(numbered[2]) + 1}${extension}` : `${stem} 1${extension}`;
}

/** How long so many seconds are, in one unit. */
export function leftText(seconds: number): string {
  if (seconds < 90) return t('secondsLeft', { n: Math.max(1, Math.round(seconds)) });
  if (seconds < 5400) return t('minutesLeft', { n: Math.round(seconds / 60) });
  return t('hoursLeft', { n: Math.round(seconds / 3600) });
}
