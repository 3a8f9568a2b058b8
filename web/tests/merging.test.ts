import { expect, test } from 'vitest';
import { fieldsOf, joined } from '../src/lib/state/merging';

const HERE = '{\n  "title": "Ferry",\n  "seats": 4,\n  "id": 9007199254740993,\n  "note": "deck"\n}';
const THERE = '{"note":"", "seats":5,"title":"Ferry","id":9007199254740993,"paid":true}';

test('fields tell what each side says, as it is written', () => {
  expect(fieldsOf([HERE, THERE])).toEqual([
    { key: 'title', values: ['"Ferry"', '"Ferry"'], differs: false },
    { key: 'seats', values: ['4', '5'], differs: true },
    { key: 'id', values: ['9007199254740993', '9007199254740993'], differs: false },
    { key: 'note', values: ['"deck"', '""'], differs: true },
    { key: 'paid', values: [null, 'true'], differs: true },
  ]);
});

test('all of one side is its text to the letter', () => {
  expect(joined([HERE, THERE], new Map())).toBe(HERE);
  expect(joined([HERE, THERE], new Map([['seats', 1], ['note', 1], ['paid', 1]]))).toBe(THERE);
});

test('what is taken from another side goes into the text of the first, and the rest stays', () => {
  expect(joined([HERE, THERE], new Map([['seats', 1]]))).toBe('{\n  "title": "Ferry",\n  "seats": 5,\n  "id": 9007199254740993,\n  "note": "deck"\n}');
  expect(joined([HERE, THERE], new Map([['paid', 1]]))).toBe('{\n  "title": "Ferry",\n  "seats": 4,\n  "id": 9007199254740993,\n  "note": "deck",\n  "paid": true\n}');
  expect(joined([HERE, THERE], new Map([['seats', 1], ['note', 1]]))).toBe('{"note":"", "seats":5, "title":"Ferry", "id":9007199254740993}');
  expect(joined(['{}', '{"a":1,"b":2}'], new Map([['a', 1]]))).toBe('{"a": 1}');
});
