import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { installable } from './installable.ts';

type Graph = { getModuleInfo(id: string): { importedIds: readonly string[] } | null };
let first: Set<string> | undefined;

/** Whether the first page is made of it: main.ts imports it, however far, without asking for it later. */
function isFirst(id: string, graph: Graph): boolean {
  if (!first) {
    first = new Set([join(import.meta.dirname, 'src/main.ts')]);
    for (const found of first) for (const next of graph.getModuleInfo(found)?.importedIds ?? []) first.add(next); // also of those that are added
  }
  return first.has(id);
}

export default defineConfig({
  plugins: [svelte(), installable()],
  build: {
    outDir: '../src/nuvol/web',
    emptyOutDir: true,
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'], // those that know light-dark(): left as it is, it obeys color-scheme
    modulePreload: { polyfill: false }, // every browser with light-dark() has modulepreload
    rolldownOptions: {
      output: {
        // What two parts share goes into one file instead of forty: each of them is a question to the server.
        codeSplitting: {
          groups: [
            { name: (id, graph) => (isFirst(id, graph) ? 'shared' : null), test: /src\/lib\/|@lucide|svelte\/src/, minShareCount: 2 },
            { name: 'later', test: /src\/lib\/(ui|actions|api)\/|@lucide/, minShareCount: 2 },
          ],
        },
      },
    },
    assetsInlineLimit: 0, // the policy of the page allows no data: fonts or scripts
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
  test: { environment: 'happy-dom', include: ['tests/**/*.test.ts'], setupFiles: ['tests/setup.ts'] },
});
