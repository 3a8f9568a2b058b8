import './base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import './lib/state/installing.svelte'; // the browser offers it once, and early
import { speak } from './lib/words/words.svelte';

if (location.pathname.startsWith('/photos')) void import('./apps/photos/Photos.svelte'); // on its way while it is asked who is there
await speak();
mount(App, { target: document.body });

const SETTLED = 2_000; // ms: the first page goes before
setTimeout(() => void import('./lib/state/worker.svelte').then(({ begin }) => begin()).catch(() => undefined), SETTLED);
