/** Parts of Files that nobody needs to see a folder; the first page is lighter without them. */
export const details = () => import('./Details.svelte');
export const noCloud = () => import('./NoCloud.svelte');
export const connect = () => import('./dialogs/Connect.svelte');
export const preview = () => import('./Preview.svelte');
export const share = () => import('../../lib/sharing/Share.svelte');
export const chooseFolder = () => import('./dialogs/ChooseFolder.svelte');
export const nameClash = () => import('./dialogs/NameClash.svelte');
export const removal = () => import('./dialogs/Removal.svelte');
