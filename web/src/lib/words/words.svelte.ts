/** The typed catalogue: `t('trashedOne', { name })` knows which words exist and what each of them asks for. */
import { en } from './en';

type Plural = { one: string; other: string };
export type Key = keyof typeof en;
/** Another language has the same keys, plural where English is. */
export type Catalogue = { readonly [K in Key]: (typeof en)[K] extends string ? string : Plural };

type Holes<S> = S extends `${string}{${infer Hole}}${infer Rest}` ? Hole | Holes<Rest> : never;
type Text<K extends Key> = (typeof en)[K] extends { other: infer S } ? S : (typeof en)[K];
type Fillings<K extends Key> =
  (typeof en)[K] extends Plural
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

let words = $state.raw<Catalogue>(en);
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
  words = await load[choice]();
  spoken = choice;
  document.documentElement.lang = choice;
}

export async function chooseLanguage(choice: Language): Promise<void> {
  localStorage.setItem('language', choice);
  await speak(choice);
}
