/** A revision as people can tell it from another: how often the document was changed, and four signs of which change it was. */
import { parse } from '../../lib/u1db/revision';

export function shortRev(rev: string): string {
  const changes = [...parse(rev).values()].reduce((sum, counter) => sum + counter, 0n);
  let mark = 0x811c9dc5; // FNV-1a
  for (const sign of rev) mark = Math.imul(mark ^ sign.codePointAt(0)!, 0x01000193) >>> 0;
  return `${changes}-${(mark & 0xffff).toString(16).padStart(4, '0')}`;
}
