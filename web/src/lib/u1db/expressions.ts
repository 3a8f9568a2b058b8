/**
 * Indexes without a database: what an expression finds in a document, the lines that follow, and which lines a query
 * wants (u1db.md part 5).
 */
import { ReplicaError } from './errors';
import { membersOf, type Json, type JsonObject } from './json';

/** An index by its definition: expressions exactly as they were given. */
export interface Index {
  name: string;
  expressions: string[];
}
/** What one line of an index has in its columns. */
export type Values = string[];

type Scalar = Exclude<Json, { kind: 'object' | 'list' | 'null' }>;
type Expression = (content: JsonObject) => Scalar[];

const EXPRESSION_LIMIT = 1000; // characters: bounds how deep it nests
const NAME_LIMIT = 255; // bytes
const WIDTH_LIMIT = 100; // digits that `number` pads to
const LINES_LIMIT = 10_000; // of one document in an index of several columns: lists in each multiply
const UNFIT = /\0|[\ud800-\udfff]/u; // what no database takes as text: values with it have no line

// ------------------------------------------------------------------------------------------------ expressions (5.2)

const wrong = (text: string, what: string) => new ReplicaError('invalid-index-definition', `“${text}” is no index expression: ${what}.`);

/** Raises invalid-index-definition. */
function compiled(text: string): Expression {
  if (text.length > EXPRESSION_LIMIT || UNFIT.test(text)) throw wrong(text.slice(0, 100), `it is text of at most ${EXPRESSION_LIMIT} characters`);
  const parser = new Parser(text);
  const expression = parser.expression();
  if (parser.rest.length) throw wrong(text, `“${parser.rest.at(-1)}” is left over`);
  return expression;
}

/** Takes the pieces of an expression from the front: text, sign, text, sign, …, text (text may be empty). */
class Parser {
  readonly rest: string[];
  constructor(private readonly text: string) {
    this.rest = text.split(/([(),])/).map((piece) => piece.trim()).reverse();
  }

  expression(): Expression {
    const name = this.rest.pop()!;
    if (this.rest.at(-1) === '(') return this.#operation(name);
    if (!name || name.endsWith('.')) throw wrong(this.text, `“${name}” is no name of a field`);
    return (content) => field(name.split('.'), content);
  }

  #operation(name: string): Expression {
    if (name === 'number') return this.#number();
    const operation = OPERATIONS.get(name);
    if (!operation) throw wrong(this.text, `there is no operation “${name}”`);
    const inside: Expression[] = [];
    while (['(', ','].includes(this.rest.at(-1)!)) {
      this.rest.pop();
      inside.push(this.expression());
      if (!this.rest.length) throw wrong(this.text, 'a parenthesis is not closed');
    }
    if (inside.length > 1 && name !== 'combine') throw wrong(this.text, `“${name}” takes one argument`);
    this.#close();
    return (content) => operation(inside.flatMap((each) => each(content)));
  }

  #number(): Expression {
    this.rest.pop();
    const inside = this.expression();
    const width = this.rest.at(-1) === ',' ? this.rest.at(-2)! : '';
    if (!/^[+-]?[0-9]{1,9}$/.test(width) || Number(width) > WIDTH_LIMIT) throw wrong(this.text, `“number” takes a field and a width up to ${WIDTH_LIMIT}`);
    this.rest.splice(-2);
    this.#close();
    return (content) => inside(content).flatMap((value) => (value.kind === 'number' && isWhole(value.text) ? [text(padded(value.text, Number(width)))] : []));
  }

  #close(): void {
    if (this.rest.at(-1) !== ')' || this.rest.at(-2) !== '') throw wrong(this.text, 'a closing parenthesis is missing, or something follows it');
    this.rest.splice(-2);
  }
}

// ------------------------------------------------------------------------------------------------- evaluation (5.3)

const SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/; // as on the server

const OPERATIONS = new Map<string, (values: Scalar[]) => Scalar[]>(Object.entries({
  lower: (values: Scalar[]) => texts(values).map((value) => text(value.toLowerCase())),
  split_words: (values: Scalar[]) => [...new Set(texts(values).flatMap((value) => value.split(SPACE).filter(Boolean)))].map(text),
  bool: (values: Scalar[]) => values.filter(({ kind }) => kind === 'true' || kind === 'false'),
  combine: (values: Scalar[]) => values,
  is_null: (values: Scalar[]) => [{ kind: values.length ? 'false' : 'true', ...NOWHERE }],
}));

const NOWHERE = { start: 0, end: 0 };
const text = (value: string): Scalar => ({ kind: 'string', value, ...NOWHERE });
const texts = (values: Scalar[]): string[] => values.flatMap((value) => (value.kind === 'string' ? [value.value] : []));

function field(path: string[], content: JsonObject): Scalar[] {
  let objects = [content];
  for (const key of path.slice(0, -1)) {
    const inside = objects.flatMap((object) => members(object, key));
    objects = inside.filter((value): value is JsonObject => value.kind === 'object');
  }
  return objects.flatMap((object) => members(object, path.at(-1)!)).filter((value): value is Scalar => !['object', 'list', 'null'].includes(value.kind));
}

/** What an object says of a name; of a list each item. */
function members(object: JsonObject, key: string): Json[] {
  const value = membersOf(object).get(key)?.value;
  return !value ? [] : value.kind === 'list' ? value.items : [value];
}

const isWhole = (number: string) => /^-?[0-9]+$/.test(number);

function padded(number: string, width: number): string {
  const whole = BigInt(number).toString();
  const sign = whole.startsWith('-') ? '-' : '';
  return sign + whole.slice(sign.length).padStart(width - sign.length, '0');
}

/** A value as SQLite turns it into text, which the reference relies on: numbers match their decimal text. */
function written(value: Scalar): string {
  if (value.kind === 'string') return value.value;
  if (value.kind !== 'number') return value.kind === 'true' ? '1' : '0';
  if (isWhole(value.text)) return BigInt(value.text).toString();
  return broken(Number(value.text) || 0);
}

/** 15 digits, as C's `%.15g` has them, and always with a point. */
function broken(number: number): string {
  const [mantissa, tens] = Math.abs(number).toExponential(14).split('e') as [string, string];
  const digits = mantissa.replace('.', '').replace(/0+$/, '') || '0';
  const exponent = Number(tens);
  const sign = number < 0 ? '-' : '';
  if (exponent < -4 || exponent >= 15) return `${sign}${digits[0]}.${digits.slice(1) || '0'}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  const all = '0'.repeat(Math.max(0, -exponent)) + digits.padEnd(exponent + 1, '0');
  const point = Math.max(0, exponent) + 1;
  return `${sign}${all.slice(0, point)}.${all.slice(point) || '0'}`;
}

/** What a document has in an index: every combination of what its columns find. */
export class Definition {
  readonly #columns: Expression[];

  /** Raises invalid-index-definition. */
  constructor(readonly index: Index) {
    const { name, expressions } = index;
    if (!name || UNFIT.test(name) || utf8.encode(name).length > NAME_LIMIT) throw new ReplicaError('invalid-index-definition', `The name of an index has 1 to ${NAME_LIMIT} bytes.`);
    if (!expressions.length) throw new ReplicaError('invalid-index-definition', 'An index needs at least one expression.');
    this.#columns = expressions.map(compiled);
  }

  lines(content: JsonObject): Values[] {
    const columns = this.#columns.map((column) => [...new Set(column(content).map(written))].filter((value) => !UNFIT.test(value)));
    let lines: Values[] = [[]];
    for (const values of columns) {
      const longer: Values[] = [];
      for (const line of lines) {
        if (longer.length >= LINES_LIMIT) break;
        longer.push(...values.map((value) => [...line, value]));
      }
      lines = longer;
    }
    return columns.length > 1 ? lines.slice(0, LINES_LIMIT) : lines;
  }
}

// --------------------------------------------------------------------------------------------------- queries (5.4)

const utf8 = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
export type Bytes = Uint8Array<ArrayBuffer>;
/** A value as part of a key: UTF-8, since the browser compares texts by halves of surrogate pairs; never without a byte. */
export const bytes = (value: string): Bytes => utf8.encode(`=${value}`);
export const valueOf = (key: BufferSource): string => decoder.decode(key).slice(1);
const BEYOND = 0xff; // a byte that UTF-8 does not have

/** Values from `low` to `high`, both included. */
export interface Span {
  low: Bytes;
  high: Bytes;
}

const isOpen = (value: string) => value.endsWith('*');
const stem = (value: string) => bytes(isOpen(value) ? value.replace(/\*+$/, '') : value);
const top = (value: string) => (isOpen(value) ? Uint8Array.of(...stem(value), BEYOND) : stem(value));

/** What a query by exact values, prefixes (`abc*`) and `*` asks for. Raises invalid-value-for-index, invalid-globbing. */
export function exactly(columns: number, values: readonly string[]): Span[] {
  require(columns, values);
  return values.map((value) => ({ low: stem(value), high: top(value) }));
}

/** What a range asks for: each column by itself. Raises invalid-value-for-index, invalid-globbing. */
export function between(columns: number, start: readonly string[] | null, end: readonly string[] | null): Span[] {
  for (const values of [start, end]) if (values) require(columns, values);
  return Array.from({ length: columns }, (_, at) => ({ low: stem(start?.[at] ?? ''), high: top(end?.[at] ?? '*') }));
}

function require(columns: number, values: readonly string[]): void {
  if (values.length !== columns) throw new ReplicaError('invalid-value-for-index', `The index has ${columns} columns, ${values.length} values were given.`);
  values.forEach((value, at) => {
    if (UNFIT.test(value)) throw new ReplicaError('invalid-value-for-index', 'A value has something in it that no index can hold.');
    if (/[^*]/.test(value) && values.slice(0, at).some(isOpen)) throw new ReplicaError('invalid-globbing', `“${value}” follows a wildcard.`);
  });
}
