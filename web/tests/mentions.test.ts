import { expect, test } from 'vitest';
import { matching, segments, typing } from '../src/lib/state/mentions';
import { actText } from '../src/apps/files/acts';
import type { Act } from '../src/lib/api/conversation';

test('a name is being typed behind an @ that begins a word', () => {
  expect(typing('see @an', 7)).toEqual({ start: 5, name: 'an' });
  expect(typing('@', 1)).toEqual({ start: 1, name: '' });
  expect(typing('see @an there', 7)).toEqual({ start: 5, name: 'an' });
  for (const [text, caret] of [['mail@home', 9], ['nothing', 7], ['see @an\n', 8]] as const) expect(typing(text, caret)).toBeNull();
});

test('names are offered by the beginnings of their words', () => {
  const people = ['Anna Puig', 'Biel', 'puigmal'].map((name) => ({ name }));
  expect(matching(people, 'pu').map(({ name }) => name)).toEqual(['Anna Puig', 'puigmal']);
  expect(matching(people, '').length).toBe(3);
  expect(matching(people, 'nna')).toEqual([]);
});

test('mentions are told apart in a text, the longest name first', () => {
  const told = (text: string, ...names: string[]) => segments(text, names).filter((piece) => piece.isMention).map((piece) => piece.text);
  expect(told('@Ann Lee and @ann, not @anna or x@ann', 'Ann', 'Ann Lee')).toEqual(['@Ann Lee', '@ann']);
  expect(told('(@a.b) @axb', 'a.b')).toEqual(['@a.b']);
  for (const text of ['', 'a @b c', '<b>@b</b>']) expect(segments(text, ['b']).map((piece) => piece.text).join('')).toBe(text);
});

test('an act is a sentence behind a name', () => {
  const act = (more: Partial<Act>): Act => ({
    at: '2025-01-01T00:00:00Z', actor_id: 1, actor: 'anna', app: '', object: 'node', verb: 'content', node_id: 5, kind: 'file',
    name: 'b.txt', old_parent_id: null, old_name: null, new_parent_id: null, version: 2, ...more,
  });
  const move = { verb: 'move', old_parent_id: 7, new_parent_id: 7, old_name: 'a.txt' };
  expect(actText(act({}), 7)).toBe('changed “b.txt”');
  expect(actText(act(move), 7)).toBe('renamed “a.txt” to “b.txt”');
  expect(actText(act({ ...move, old_parent_id: 8 }), 7)).toBe('moved “b.txt” here');
  expect(actText(act({ ...move, new_parent_id: 8 }), 7)).toBe('moved “b.txt” away');
  expect(actText(act({ ...move, old_parent_id: 8, new_parent_id: 9 }), 7)).toBe('moved “b.txt”');
  expect(actText(act({ object: 'comment', verb: 'create' }), 7)).toBe('commented on “b.txt”');
  expect(actText(act({ object: 'share', verb: 'open', name: 'trip' }), 7)).toBe('opened “trip” to somebody');
  expect(actText(act({ verb: 'something new' }), 7)).toBe('changed “b.txt”');
});
