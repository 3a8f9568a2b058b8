/** Coordinates as people write them or copy them from somewhere. */
export interface Coordinates {
  latitude: number;
  longitude: number;
}

const DECIMAL = /^([+-]?\d+(?:\.\d+)?)\s*°?\s*([NS])?\s*[,;\s]\s*([+-]?\d+(?:\.\d+)?)\s*°?\s*([EWO])?$/i;
const PART = String.raw`(\d+(?:\.\d+)?)°\s*(?:(\d+(?:\.\d+)?)[′'’]\s*)?(?:(\d+(?:\.\d+)?)[″"”]\s*)?`;
const SIXTIES = new RegExp(`^${PART}([NS])[,;\\s]*${PART}([EWO])$`, 'i');

/** "41.385, 2.173", "41,385; 2,173", "41.385° N 2.173° E", "41°23′06″N 2°10′23″E"; null: these are none. */
export function coordinates(text: string): Coordinates | null {
  const plain = text.trim().replace(/(\d),(\d+)(?=\s*(?:°|[NSEWO]|;|$|\s+[+-]?\d+,\d))/gi, '$1.$2').replaceAll('−', '-');
  const found = DECIMAL.exec(plain);
  if (found) return within(side(Number(found[1]), found[2]), side(Number(found[3]), found[4]));
  const parts = SIXTIES.exec(plain);
  if (!parts) return null;
  return within(side(degrees(parts.slice(1, 4)), parts[4]), side(degrees(parts.slice(5, 8)), parts[8]));
}

const degrees = (parts: (string | undefined)[]): number => parts.reduce((sum, part, place) => sum + Number(part ?? 0) / 60 ** place, 0);
/** West is "O" in Spanish and Catalan. */
const side = (value: number, letter = ''): number => (/[SWO]/i.test(letter) ? -value : value);

function within(latitude: number, longitude: number): Coordinates | null {
  const [north, east] = [round(latitude), round(longitude)];
  return Math.abs(north) <= 90 && Math.abs(east) <= 180 ? { latitude: north, longitude: east } : null;
}
const round = (value: number): number => Math.round(value * 1e6) / 1e6;
