import { expect, test } from 'vitest';
import { outlived, partOf } from '../src/worker/part';

const HERE = 'https://cloud.example';
const FILES = ['/', '/early.js', '/assets/index-1.js'];
const part = (path: string, how: { method?: string; mode?: RequestMode } = {}) =>
  partOf({ method: 'GET', mode: 'cors', url: new URL(path, HERE).href, ...how }, HERE, FILES);

test('the worker answers for the desktop and for nothing else', () => {
  for (const page of ['/', '/files/Summer/50%25', '/photos', '/documents/trips?document=a', '/signin']) expect([page, part(page, { mode: 'navigate' })]).toEqual([page, 'page']);
  expect(part('/early.js')).toBe('loose');
  expect(part('/assets/of-an-older-version.js')).toBe('asset');
  for (const path of ['/api/v1/session', '/api/v1/nodes/7/content', '/dav/files/a.txt', '/l/key', '/photoshare/', '/u1db/trips', '/worker.js', '/nuvol.en.webmanifest', 'https://elsewhere.example/files'])
    expect([path, part(path), part(path, { mode: 'navigate' })]).toEqual([path, null, null]);
  expect(part('/files?plain', { mode: 'navigate' })).toBeNull();
  expect(part('/setup/secret', { mode: 'navigate' })).toBeNull();
});

test('only a form at its own address hands files over', () => {
  expect(part('/receive', { method: 'POST', mode: 'navigate' })).toBe('parcel');
  for (const path of ['/files', '/api/v1/uploads', '/signin']) expect(part(path, { method: 'POST', mode: 'navigate' })).toBeNull();
  expect(part('/receive', { mode: 'navigate' })).toBeNull();
});

test('the version before stays for the windows that show it, those before it go, and what others cache is theirs', () => {
  expect(outlived(['desktop-1', 'desktop-2', 'of-an-app', 'desktop-3'], 'desktop-3')).toEqual(['desktop-1']);
  expect(outlived(['desktop-3'], 'desktop-3')).toEqual([]);
  expect(outlived(['desktop-2', 'desktop-3'], 'desktop-3')).toEqual([]);
});
