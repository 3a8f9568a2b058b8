/** What makes the built desktop one that can be installed: the manifests, the colours of the page, the service worker. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'vite';
import { ca } from './src/lib/words/ca.ts';
import { en } from './src/lib/words/en.ts';
import { es } from './src/lib/words/es.ts';
import { RECEIVE } from './src/worker/part.ts';

const TOKENS = new URL('../src/nuvol/faces/desktop/tokens.css', import.meta.url);
const WORKER = new URL('./src/worker/worker.ts', import.meta.url).pathname;
/** Not kept by the worker: what only systems ask for, and the engine for PDF, which needs a file of the server anyway. */
const LEFT_OUT = /\.(gz|webmanifest|png)$|\/worker\.js$|\/(Pdf|pdf\.worker)[.-]/;

export function installable(): Plugin {
  let folder = '';
  return {
    name: 'installable',
    apply: 'build',
    configResolved: (config) => void (folder = join(config.root, config.build.outDir)),
    transformIndexHtml: (html) => html.replace(/%--([\w-]+)\/(light|dark)%/g, (_, token: string, theme: 'light' | 'dark') => colour(token)[theme]),
    generateBundle() {
      for (const [lang, words] of Object.entries({ en, es, ca })) {
        this.emitFile({ type: 'asset', fileName: `nuvol.${lang}.webmanifest`, source: JSON.stringify(manifest(lang, words), null, 1) });
      }
    },
    closeBundle: { order: 'post', sequential: true, handler: () => makeWorker(folder) },
  };
}

type Words = Record<'appAbout' | 'photos' | 'files' | 'documents', string>;

function manifest(lang: string, words: Words): object {
  const icon = (name: string, size: number, purpose = 'any') => ({ src: `/icon-${name}.png`, sizes: `${size}x${size}`, type: 'image/png', purpose });
  const { light } = colour('surface');
  return {
    id: '/',
    name: 'Nuvol',
    short_name: 'Nuvol',
    description: words.appAbout,
    lang,
    start_url: '/',
    scope: '/',
    display: 'standalone',
    theme_color: light,
    background_color: light,
    categories: ['productivity', 'photo', 'utilities'],
    icons: [icon('192', 192), icon('512', 512), icon('maskable-512', 512, 'maskable')],
    shortcuts: (['photos', 'files', 'documents'] as const).map((app) => ({ name: words[app], url: `/${app}`, icons: [icon('192', 192)] })),
    share_target: { action: RECEIVE, method: 'POST', enctype: 'multipart/form-data', params: { files: [{ name: 'files', accept: ['image/*', 'video/*', '*/*'] }] } },
  };
}

/** What a token is, by theme. */
function colour(token: string): { light: string; dark: string } {
  const found = new RegExp(`--${token}:\\s*light-dark\\((#\\w+), (#\\w+)\\)`).exec(readFileSync(TOKENS, 'utf8'));
  if (!found) throw new Error(`tokens.css has no colour --${token}`);
  return { light: found[1]!, dark: found[2]! };
}

/** After everything else is written: it names all of it. One file at one address, as browsers want it. */
async function makeWorker(folder: string): Promise<void> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.includes('.') && !LEFT_OUT.test(`/${path}`)).sort();
  const sum = createHash('sha256');
  for (const path of paths) sum.update(path).update(readFileSync(join(folder, path)));
  const files = paths.map((path) => (path === 'index.html' ? '/' : `/${path}`));
  const made = await build({
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    define: { FILES: JSON.stringify(files), VERSION: JSON.stringify(sum.digest('hex').slice(0, 16)) },
    build: { write: false, target: 'es2022', rolldownOptions: { input: WORKER, output: { format: 'iife' } } },
  });
  const [worker] = (made as { output: { code: string }[] }).output;
  writeFileSync(join(folder, 'worker.js'), worker!.code);
}
