import { expect, test } from 'vitest';
import * as revision from '../../src/lib/u1db/revision';

const { parse } = revision;

test.each<[string, string | null, string | null, boolean, boolean]>([
  ['V01', null, null, false, false], ['V02', 'a:1', null, true, false], ['V03', null, 'a:1', false, true], ['V04', 'a:1', 'a:1', false, false],
  ['V05', 'a:2', 'a:1', true, false], ['V06', 'a:1', 'a:2', false, true], ['V07', 'a:1', 'b:1', false, false], ['V08', 'a:1|b:1', 'a:1', true, false],
  ['V09', 'a:1|b:1', 'b:1', true, false], ['V10', 'a:1|b:1', 'a:1|c:1', false, false], ['V11', 'a:2|b:1', 'a:1|b:2', false, false],
  ['V12', 'a:2|b:2', 'a:1|b:2', true, false], ['V13', 'a:10', 'a:9', true, false], ['V14', 'a:2|b:1', 'b:1|a:1', true, false],
  ['V15', 'b:1|a:1', 'a:1|b:1', false, false], ['V16', 'a:1|b:0', 'a:1', true, false], ['V17', 'a:1|b:1|c:1', 'a:1|b:1', true, false],
  ['V18', 'a:3', 'a:1|b:1|c:1', false, false],
])('%s: which of %s and %s is newer', (_, x, y, newer, older) => {
  expect([revision.newer(parse(x), parse(y)), revision.newer(parse(y), parse(x))]).toEqual([newer, older]);
});

test.each<[string, string | null, string, string, string]>([
  ['M1', 'a:1', 'b:2', 'a:1|b:2', 'a:1|b:2|m:1'], ['M2', 'a:3|b:1', 'a:1|b:4|c:2', 'a:3|b:4|c:2', 'a:3|b:4|c:2|m:1'],
  ['M3', null, 'b:2', 'b:2', 'b:2|m:1'], ['M4', 'zz:1|aa:1', 'mm:1', 'aa:1|mm:1|zz:1', 'aa:1|m:1|mm:1|zz:1'],
])('%s: both together, and one more', (_, x, y, both, more) => {
  const clock = revision.maximised(parse(x), parse(y));
  expect([revision.text(clock), revision.text(revision.incremented(clock, 'm'))]).toEqual([both, more]);
});

test.each(['junk', 'a', 'a:', ':1', 'a:x', 'a:1|a:2', 'a:1|', `a:${'9'.repeat(19)}`])('“%s” is no revision', (rev) => {
  expect(() => revision.received(rev)).toThrow('no revision');
});

test('uids are sorted by code points, and counters keep all their digits', () => {
  expect(revision.canonical('\u{1f600}:1|\uffee:1')).toBe('\uffee:1|\u{1f600}:1');
  expect(revision.canonical('b:900719925474099399|a:1')).toBe('a:1|b:900719925474099399');
});
