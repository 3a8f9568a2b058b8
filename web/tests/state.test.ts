import { expect, test } from 'vitest';
import type { Node } from '../src/lib/api/files';
import { isPressed, isSingleKey } from '../src/lib/actions/action';
import { Cells } from '../src/lib/ui/cells';
import { fromField } from '../src/lib/state/arrivals';
import { differences } from '../src/lib/state/differences';
import { comparison } from '../src/lib/state/order';
import { address, folderAt, parentPath, placeAt } from '../src/lib/state/places';
import { Placement } from '../src/lib/state/placement.svelte';
import { Selection } from '../src/lib/state/selection.svelte';
import { Speed } from '../src/lib/state/speed.svelte';

const node = (id: number, name: string, kind: Node['kind'] = 'file', size = 0): Node => ({
  id, name, kind, size, parent_id: 1, mime: '', number: 1, etag: '""', hash: null,
  created_at: '2025-01-01T00:00:00Z', modified_at: '2025-01-01T00:00:00Z', changed_at: '2025-01-01T00:00:00Z',
});

test('an address and its place are the same thing', () => {
  for (const path of ['', 'Summer', 'Summer/50 % off/#1?']) {
    const place = folderAt(path);
    expect(placeAt(new URL(address(place), 'http://cloud.example'))).toEqual(place);
  }
  expect(parentPath('a/b/c')).toBe('a/b');
  expect(parentPath('a')).toBe('');
});

test('folders come first and numbers count by value', () => {
  const entries = [node(1, 'note 10'), node(2, 'Note 9'), node(3, 'zoo', 'folder')];
  expect(entries.sort(comparison({ by: 'name', descending: false })).map(({ name }) => name)).toEqual(['zoo', 'Note 9', 'note 10']);
});

test('a selection extends from its anchor, both ways', () => {
  const entries = [1, 2, 3, 4, 5].map((id) => node(id, `n${id}`));
  const selection = new Selection(() => entries);
  selection.only(3);
  selection.extendTo(5);
  expect(selection.nodes.map(({ id }) => id)).toEqual([3, 4, 5]);
  selection.extendTo(1);
  expect(selection.nodes.map(({ id }) => id)).toEqual([1, 2, 3]);
});

test('a window cannot be made smaller than useful, nor lose its bar above the desk', () => {
  const placement = new Placement('files', 0);
  placement.size('se', -1, -1);
  expect(placement.box.w).toBeCloseTo(0.25);
  placement.move(0, -5);
  expect(placement.box.y).toBe(0);
  placement.snap('left');
  expect(placement.box).toEqual({ x: 0, y: 0, w: 0.5, h: 1 });
});

test('folders of a chosen folder come parents first, each once', () => {
  const file = (path: string) => Object.defineProperty(new File(['x'], path.split('/').pop()!), 'webkitRelativePath', { value: path });
  const { folders, files } = fromField([file('Trip/a/one.txt'), file('Trip/a/two.txt'), file('Trip/three.txt')]);
  expect(folders).toEqual([['Trip'], ['Trip', 'a']]);
  expect(files.map((each) => each.folders.join('/'))).toEqual(['Trip/a', 'Trip/a', 'Trip']);
});

test('speed is that of the last seconds', () => {
  const speed = new Speed();
  for (let second = 0; second <= 20; second += 1) speed.note(1000, second * 1000);
  expect(speed.rate).toBeGreaterThan(900);
  expect(speed.rate).toBeLessThan(1300);
});

test('keys are recognised as they are written', () => {
  const press = (key: string, more = {}) => new KeyboardEvent('keydown', { key, ...more });
  expect(isPressed(press('Delete'), 'Del')).toBe(true);
  expect(isPressed(press('N', { shiftKey: true }), 'Shift N')).toBe(true);
  expect(isPressed(press('n'), 'Shift N')).toBe(false);
  expect(isSingleKey('Shift N') && isSingleKey('U') && !isSingleKey('F2') && !isSingleKey('Ctrl X')).toBe(true);
});

test('an item keeps its cell while it is shown, and what scrolls in takes over the cells of what left', () => {
  const entries = Array.from({ length: 100 }, (_, id) => node(id + 1, `n${id}`));
  const cells = new Cells<Node>();
  const keys = (from: number) => cells.hold(entries.slice(from, from + 10), from).map(({ key }) => key);
  expect(keys(0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(keys(3)).toEqual([4, 5, 6, 7, 8, 9, 10, 1, 2, 3]);
  expect(keys(50)).toEqual([4, 5, 6, 7, 8, 9, 10, 1, 2, 3]);
  expect(cells.hold([entries[1]!, entries[1]!], 0).length).toBe(1); // two pages told of the same entry
});

test('differences are told line by line, and put together give both texts', () => {
  const told = (before: string, after: string) => differences(before, after)!.map(({ kind, text }) => ({ same: ' ', gone: '-', new: '+' })[kind] + text);
  expect(told('a\nb\nc', 'a\nx\nc')).toEqual([' a', '-b', '+x', ' c']);
  expect(told('a\nb', 'a\nb\nc\nd')).toEqual([' a', ' b', '+c', '+d']);
  expect(told('', 'a')).toEqual(['-', '+a']);
  const [before, after] = ['one\ntwo\nthree\nfour\nfive', 'zero\ntwo\nfour\nthree\nfive\n'];
  const lines = differences(before, after)!;
  expect(lines.filter(({ kind }) => kind !== 'new').map(({ text }) => text).join('\n')).toBe(before);
  expect(lines.filter(({ kind }) => kind !== 'gone').map(({ text }) => text).join('\n')).toBe(after);
  expect(differences('a\n'.repeat(3000), 'b\n'.repeat(3000))).toBeNull();
});
