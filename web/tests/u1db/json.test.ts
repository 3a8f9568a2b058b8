import { expect, test } from 'vitest';
import { sameContent } from '../../src/lib/u1db/document';
import { membersOf, parse, type JsonObject } from '../../src/lib/u1db/json';

test('every value knows its place in the text, and numbers stay as written', () => {
  const text = ' {"a\\n" : [1, 9007199254740993, -0.50e+2], "b":{"c":null}, "t":true } ';
  const read = parse(text) as JsonObject;
  expect(read.members.map(({ key, value }) => [key, text.slice(value.start, value.end)])).toEqual([
    ['a\n', '[1, 9007199254740993, -0.50e+2]'], ['b', '{"c":null}'], ['t', 'true'],
  ]);
  expect(membersOf(parse('{"a":1,"a":2}') as JsonObject).get('a')!.value).toMatchObject({ text: '2' });
});

test.each(['', '{', '{"a"}', '{"a":}', '{"a":1,}', "{'a':1}", '{"a":01}', '{"a":NaN}', '{"a":1e999}', '{"a":"\n"}', '{"a":"\\x"}', '[1 2]', '{}{}', '[.5]', '"\\u12"', `${'['.repeat(201)}${']'.repeat(201)}`])('%j is no JSON', (text) => {
  expect(() => parse(text)).toThrow();
});

test('what the browser reads is read here too, and the same', () => {
  for (const text of ['[]', '{}', '"\\ud83d\\ude00 \\"\\\\\\/\\b"', '-0', '1E5', `${'['.repeat(200)}${']'.repeat(200)}`]) {
    expect(() => JSON.parse(text)).not.toThrow();
    expect(parse(text).end).toBe(text.length);
  }
});

test.each<[string, string, boolean]>([
  ['{"a":1,"b":[2]}', '{ "b": [2], "a": 1 }', true], ['{"a":1}', '{"a":1.0}', true], ['{"a":1}', '{"a":true}', false],
  ['{"a":9007199254740993}', '{"a":9007199254740992}', false], ['{"a":9007199254740993}', '{"a":9007199254740992.0}', false],
  ['{"a":"\\u00e9"}', '{"a":"é"}', true], ['{"a":null}', '{}', false], ['{"a":[1,2]}', '{"a":[2,1]}', false], ['{"a":2,"a":1}', '{"a":1}', true],
])('%s and %s', (one, other, same) => {
  expect(sameContent(one, other)).toBe(same);
});
