import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { installable } from './installable.ts';

/** Parts of `lib` that only apps and dialogs need which come after the first page. */
const LATER = 'database|databases|replicas|merging|roll|worker|conversation|mentions|photoplaces|photos|shares|sharing';

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
        codeSplitting: { groups: [{ name: 'shared', test: new RegExp(`src/lib/(?!u1db|sharing|words/(es|ca|documents|console)|(state|api)/(${LATER})\\.)|@lucide|svelte/src`), minShareCount: 2 }] },
      },
    },
    assetsInlineLimit: 0, // the policy of the page allows no data: fonts or scripts
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
  test: { environment: 'happy-dom', include: ['tests/**/*.test.ts'], setupFiles: ['tests/setup.ts'] },
});
