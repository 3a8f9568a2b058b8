/** What a way in opens, in words. */
import { t, type Key } from './words.svelte';

type Word = Key & ('scopeFiles' | 'scopeFilesRead' | 'scopeAppFolder' | 'scopeCalendar' | 'scopeDocs' | 'scopePhotos' | 'scopeProfile');

const WORDS: Record<string, Word> = {
  files: 'scopeFiles', 'files:read': 'scopeFilesRead', 'files:app-folder': 'scopeAppFolder',
  calendar: 'scopeCalendar', docs: 'scopeDocs', photos: 'scopePhotos', profile: 'scopeProfile',
};

/** "files, calendars"; documents of one database are named: "documents “notes”". */
export function scopesText(scopes: readonly string[]): string {
  const told = scopes.map((scope) => {
    const [kind, name] = scope.split(':');
    const word = WORDS[scope] ?? (kind === 'docs' ? 'scopeDocs' : undefined);
    return word && (word === 'scopeDocs' && name ? `${t(word)} “${name}”` : t(word));
  });
  return told.filter(Boolean).join(', ');
}
