import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { installable } from './installable.ts';

/** Parts of `lib` that only apps and dialogs need which come after the first page. */
const LATER = 'database|databases|replicas|merging|roll|worker|conversation|mentions|photoplaces|photos|shares|sharing';
/** Drawings that dialogs and apps share, and the first page does without. */
const DRAWN_LATER = 'ui/(Dialog|Pages|Portrait|Row|Switch)\\.|words/scopes\\.|actions/(copying|leaving)\\.|api/(links|programs)\\.';
const ICONS_LATER =
  'blocks|calendar|camera|chevron-left|clock|file-plus-2|folder-open|heart|images|key-round|link|lock|log-out|map-pin|pause|play|refresh-cw|shield-check|smartphone|split|star|user|zoom-in';

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
        // What two parts share goes into one file instead of forty: each of them is a question to the server. A group takes
        // along what its parts need, so the first page's comes first.
        codeSplitting: {
          groups: [
            { name: 'later', priority: 0, test: new RegExp(`src/lib/(${DRAWN_LATER})|@lucide/.*/(${ICONS_LATER})\\.svelte`), minShareCount: 2 },
            { name: 'shared', priority: 1, test: new RegExp(`src/lib/(?!u1db|sharing|words/(es|ca|documents|console)|(state|api)/(${LATER})\\.|${DRAWN_LATER})|@lucide/(?!.*/(${ICONS_LATER})\\.svelte)|svelte/src`), minShareCount: 2 },
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
