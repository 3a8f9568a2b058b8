/** “@name” in a text: which name is being typed, and which ones stand there. */

/** What is typed behind an @ just before the caret; null: no name is. */
export function typing(text: string, caret: number): { start: number; name: string } | null {
  const found = /(?:^|[^\p{L}\p{N}_])@([^@\n]{0,64})$/u.exec(text.slice(0, caret));
  return found ? { start: caret - found[1]!.length, name: found[1]! } : null;
}

const FOLDED = (text: string) => text.normalize('NFKC').toLowerCase();

/** Those whose name, or a word of it, begins so. */
export function matching<P extends { name: string }>(people: readonly P[], begun: string): P[] {
  const wish = FOLDED(begun);
  return people.filter(({ name }) => FOLDED(name).startsWith(wish) || FOLDED(name).split(/\s+/).some((word) => word.startsWith(wish)));
}

export interface Segment {
  text: string;
  isMention: boolean;
}

/** The text in pieces: mentions of these names, and what stands between them. */
export function segments(text: string, names: readonly string[]): Segment[] {
  const wanted = [...names].filter(Boolean).sort((a, b) => b.length - a.length).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (wanted.length === 0) return [{ text, isMention: false }];
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])@(?:${wanted.join('|')})(?![\\p{L}\\p{N}_])`, 'giu');
  const found: Segment[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > from) found.push({ text: text.slice(from, match.index), isMention: false });
    found.push({ text: match[0], isMention: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ text: text.slice(from), isMention: false });
  return found;
}
