import './base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { speak } from './lib/words/words.svelte';

await speak();
mount(App, { target: document.body });
