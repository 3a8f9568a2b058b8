/** The typed catalogue: `t('trashedOne', { name })` knows which words exist and what each of them asks for. */
import type { en as console } from './console/en';
import type { en as documents } from './documents/en';
import { en } from './en';

type Plural = { one: string; other: string };
/** All words there are; those of an app come with it. */
type English = typeof en & typeof console & typeof documents;
export type Key = keyof English;
/** Another language has the same keys, plural where English is. */
export type Told<E> = { readonly [K in keyof E]: E[K] extends string ? string : Plural };
export type Catalogue = Told<typeof en>;

type Holes<S> = S extends `${string}{${infer Hole}}${infer Rest}` ? Hole | Holes<Rest> : never;
type Text<K extends Key> = English[K] extends { other: infer S } ? S : English[K];
type Fillings<K extends Key> =
  English[K] extends Plural
    ? { n: number } & Partial<Record<Holes<Text<K>>, string | number>>
    : Record<Holes<Text<K>>, string | number>;
type Rest<K extends Key> = [Holes<Text<K>>] extends [never] ? [] : [Fillings<K>];

export const LANGUAGES = { en: 'English', es: 'Español', ca: 'Català' } as const;
export type Language = keyof typeof LANGUAGES;

const load: Record<Language, () => Promise<Catalogue>> = {
  en: async () => en,
  es: async () => (await import('./es')).es,
  ca: async () => (await import('./ca')).ca,
};

type Part = 'console' | 'documents';
const loadPart: Record<Part, Record<Language, () => Promise<object>>> = {
  console: {
    en: async () => (await import('./console/en')).en,
    es: async () => (await import('./console/es')).es,
    ca: async () => (await import('./console/ca')).ca,
  },
  documents: {
    en: async () => (await import('./documents/en')).en,
    es: async () => (await import('./documents/es')).es,
    ca: async () => (await import('./documents/ca')).ca,
  },
};
const learned = new Set<Part>();

let words = $state.raw(en as Told<English>);
let spoken = $state<Language>('en');
let plurals = $derived(new Intl.PluralRules(spoken));
let numbers = $derived(new Intl.NumberFormat(spoken));

export const language = (): Language => spoken;
/** The language as this browser speaks it: British dates stay British. */
export const locale = (): string => navigator.languages.find((tag) => tag.startsWith(spoken)) ?? spoken;

export function t<K extends Key>(key: K, ...rest: Rest<K>): string {
  const fillings = rest[0] as Record<string, string | number> | undefined;
  const entry: string | Plural = words[key];
  const text = typeof entry === 'string' ? entry : plurals.select(fillings!.n as number) === 'one' ? entry.one : entry.other;
  if (!fillings) return text;
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => {
    const value = fillings[name];
    return value === undefined ? hole : typeof value === 'number' ? numbers.format(value) : value;
  });
}

/** The language asked for, or the first of the browser's that there is. */
export async function speak(wish: string | null = localStorage.getItem('language')): Promise<void> {
  const known = [wish, ...navigator.languages].map((tag) => tag?.slice(0, 2)).find((tag) => tag && tag in LANGUAGES);
  const choice = (known ?? 'en') as Language;
  const parts = await Promise.all([load[choice](), ...[...learned].map((part) => loadPart[part][choice]())]);
  words = Object.assign({}, ...parts) as Told<English>;
  spoken = choice;
  document.documentElement.lang = choice;
  document.querySelector('link[rel=manifest]')?.setAttribute('href', `/nuvol.${choice}.webmanifest`); // what a system that installs it calls its parts
}

/** The words of an app; wait for them before it is drawn. */
export async function learn(part: Part): Promise<void> {
  if (learned.has(part)) return;
  learned.add(part);
  const more = await loadPart[part][spoken]();
  words = { ...words, ...more };
}

export async function chooseLanguage(choice: Language): Promise<void> {
  localStorage.setItem('language', choice);
  await speak(choice);
}
