/**
 * JSON read without loss: every value knows where it stands in the text, and numbers stay as they are written. The
 * browser's own reader rounds integers beyond 2^53.
 */
export type Json =
  | ({ kind: 'object'; members: Member[] } & Span)
  | ({ kind: 'list'; items: Json[] } & Span)
  | ({ kind: 'string'; value: string } & Span)
  | ({ kind: 'number'; text: string } & Span)
  | ({ kind: 'true' | 'false' | 'null' } & Span);
export type JsonObject = Extract<Json, { kind: 'object' }>;

interface Span {
  start: number;
  end: number;
}
export interface Member {
  key: string;
  /** Where the key begins, quotes included. */
  start: number;
  value: Json;
}

/** Levels of lists and objects, as on the server. */
export const DEPTH = 200;

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORD = /true|false|null/y;

/** What is wrong, and where. */
export class NotJson extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

/** Raises NotJson. */
export function parse(text: string): Json {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.space();
  if (reader.at < text.length) throw new NotJson('something follows the end', reader.at);
  return value;
}

class Reader {
  at = 0;
  constructor(private readonly text: string) {}

  space(): void {
    this.#match(SPACE);
  }

  value(depth: number): Json {
    this.space();
    const start = this.at;
    const sign = this.text[start];
    if (sign === '{') return this.#object(start, depth);
    if (sign === '[') return this.#list(start, depth);
    if (sign === '"') return { kind: 'string', value: this.#string(), start, end: this.at };
    const word = this.#match(WORD) as 'true' | 'false' | 'null' | undefined;
    if (word) return { kind: word, start, end: this.at };
    const number = this.#match(NUMBER);
    if (number === undefined) throw this.#wrong('a value is missing');
    if (!isWhole(number) && !Number.isFinite(Number(number))) throw new NotJson('the number is out of range', start);
    return { kind: 'number', text: number, start, end: this.at };
  }

  #object(start: number, depth: number): Json {
    const members: Member[] = [];
    this.#all('}', depth, () => {
      this.space();
      const at = this.at;
      if (this.text[at] !== '"') throw this.#wrong('a name in quotes is missing');
      const key = this.#string();
      this.space();
      if (this.text[this.at] !== ':') throw this.#wrong('a colon is missing');
      this.at += 1;
      members.push({ key, start: at, value: this.value(depth + 1) });
    });
    return { kind: 'object', members, start, end: this.at };
  }

  #list(start: number, depth: number): Json {
    const items: Json[] = [];
    this.#all(']', depth, () => items.push(this.value(depth + 1)));
    return { kind: 'list', items, start, end: this.at };
  }

  #all(close: string, depth: number, one: () => void): void {
    if (depth >= DEPTH) throw this.#wrong(`it is nested deeper than ${DEPTH} levels`);
    this.at += 1;
    this.space();
    if (this.text[this.at] === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      one();
      this.space();
      const sign = this.text[this.at];
      if (sign !== ',' && sign !== close) throw this.#wrong(`a comma or “${close}” is missing`);
      this.at += 1;
      if (sign === close) return;
    }
  }

  #string(): string {
    const found = this.#match(STRING);
    if (found === undefined) throw this.#wrong('the text in quotes does not end, or has a sign that must be escaped');
    return JSON.parse(found) as string;
  }

  #match(expression: RegExp): string | undefined {
    expression.lastIndex = this.at;
    const found = expression.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  #wrong(what: string): NotJson {
    return new NotJson(what, this.at);
  }
}

const isWhole = (number: string) => /^-?[0-9]+$/.test(number);

/** What an object says of each name: of a name that stands there twice the last one counts. */
export const membersOf = (object: JsonObject): Map<string, Member> => new Map(object.members.map((member) => [member.key, member]));

/** Whether both are the same value; the order of names and white space do not matter, 1 is not true. */
export function isSame(one: Json, other: Json): boolean {
  if (one.kind === 'object' && other.kind === 'object') {
    const [mine, theirs] = [membersOf(one), membersOf(other)];
    return mine.size === theirs.size && [...mine].every(([key, { value }]) => theirs.has(key) && isSame(value, theirs.get(key)!.value));
  }
  if (one.kind === 'list' && other.kind === 'list') {
    return one.items.length === other.items.length && one.items.every((item, at) => isSame(item, other.items[at]!));
  }
  if (one.kind === 'string' && other.kind === 'string') return one.value === other.value;
  if (one.kind === 'number' && other.kind === 'number') return isSameNumber(one.text, other.text);
  return one.kind === other.kind;
}

function isSameNumber(one: string, other: string): boolean {
  if (isWhole(one) === isWhole(other)) return isWhole(one) ? BigInt(one) === BigInt(other) : Number(one) === Number(other);
  const [whole, broken] = isWhole(one) ? [one, other] : [other, one];
  const value = Number(broken);
  return Number.isInteger(value) && BigInt(value) === BigInt(whole);
}
