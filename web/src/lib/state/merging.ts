/** Values of one document, field by field, and one text made of them: what nobody touches stays to the letter. */
import { read } from '../u1db/document';
import { isSame, membersOf, type Member } from '../u1db/json';

/** A name at the top of the document, and what each text says of it, as it is written; null: it says nothing. */
export interface Field {
  key: string;
  values: (string | null)[];
  differs: boolean;
}

/** In the order of the first text, then of the others. Raises invalid-json. */
export function fieldsOf(texts: readonly string[]): Field[] {
  const sides = texts.map((text) => membersOf(read(text)));
  const keys = new Set(sides.flatMap((side) => [...side.keys()]));
  return [...keys].map((key) => {
    const found = sides.map((side) => side.get(key)?.value);
    const [first, ...others] = found;
    return {
      key,
      values: found.map((value, at) => (value ? texts[at]!.slice(value.start, value.end) : null)),
      differs: others.some((value) => (value && first ? !isSame(value, first) : value !== first)),
    };
  });
}

/** `picks`: of each field that differs, whose value is taken. The text of the side that gives the most is the ground. */
export function joined(texts: readonly string[], picks: ReadonlyMap<string, number>): string {
  const fields = fieldsOf(texts).filter(({ differs }) => differs);
  const given = texts.map((_, side) => fields.filter(({ key }) => (picks.get(key) ?? 0) === side).length);
  const ground = given.indexOf(Math.max(...given));
  const text = texts[ground]!;
  if (given[ground] === fields.length) return text;

  const members = [...membersOf(read(text)).values()];
  const picked = new Map(fields.map((field) => [field.key, field.values[picks.get(field.key) ?? 0]!]));
  const kept = members
    .filter(({ key }) => picked.get(key) !== null)
    .map((member) => text.slice(member.start, member.value.start) + (picked.get(member.key) ?? text.slice(member.value.start, member.value.end)));
  const more = fields.filter(({ key, values }) => values[ground] === null && picked.get(key) !== null).map(({ key }) => `${JSON.stringify(key)}: ${picked.get(key)!}`);
  const { before, between, behind } = spacing(text, members);
  return before + [...kept, ...more].join(between) + behind;
}

/** What stands around the members of an object. */
function spacing(text: string, members: readonly Member[]): { before: string; between: string; behind: string } {
  const [first, second, last] = [members[0], members[1], members.at(-1)];
  if (!first || !last) return { before: '{', between: ', ', behind: '}' };
  const before = text.slice(0, first.start);
  return { before, between: second && second.start > first.value.end ? text.slice(first.value.end, second.start) : `,${/\s*$/.exec(before)![0] || ' '}`, behind: text.slice(last.value.end) };
}
