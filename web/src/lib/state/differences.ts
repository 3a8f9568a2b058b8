/** What a text lost and gained, line by line. */
export interface Line {
  kind: 'same' | 'gone' | 'new';
  text: string;
}

const MOST = 4_000_000; // cells of the table below: two texts of 2,000 changed lines each; 16 MB, some 40 ms

/** By the longest common subsequence; null when the texts differ in too many lines to find out here. */
export function differences(before: string, after: string): Line[] | null {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let tail = 0;
  while (tail < old.length - start && tail < now.length - start && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const same = (text: string): Line => ({ kind: 'same', text });
  const middle = changed(old.slice(start, old.length - tail), now.slice(start, now.length - tail));
  return middle && [...old.slice(0, start).map(same), ...middle, ...(tail ? old.slice(-tail).map(same) : [])];
}

function changed(old: readonly string[], now: readonly string[]): Line[] | null {
  const width = now.length + 1;
  if ((old.length + 1) * width > MOST) return null;
  const common = new Uint32Array((old.length + 1) * width); // of what follows line i of `old` and line j of `now`
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      const at = i * width + j;
      common[at] = old[i] === now[j] ? common[at + width + 1]! + 1 : Math.max(common[at + width]!, common[at + 1]!);
    }
  }
  const lines: Line[] = [];
  for (let i = 0, j = 0; i < old.length || j < now.length; ) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      lines.push({ kind: 'same', text: old[i]! });
      i += 1;
      j += 1;
    } else if (i < old.length && (j === now.length || common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) lines.push({ kind: 'gone', text: old[i++]! });
    else lines.push({ kind: 'new', text: now[j++]! });
  }
  return lines;
}
