/** What kind of thing an entry is: its word, its drawing, and what can show it. */
import Archive from '@lucide/svelte/icons/file-archive';
import Code from '@lucide/svelte/icons/code';
import File from '@lucide/svelte/icons/file';
import FileText from '@lucide/svelte/icons/file-text';
import Folder from '@lucide/svelte/icons/folder';
import Image from '@lucide/svelte/icons/image';
import Music from '@lucide/svelte/icons/music';
import Table from '@lucide/svelte/icons/table';
import Text from '@lucide/svelte/icons/text-align-start';
import Video from '@lucide/svelte/icons/video';
import type { Node } from '../../lib/api/files';
import type { Key } from '../../lib/words/words.svelte';

export type Viewer = 'image' | 'video' | 'audio' | 'pdf' | 'markdown' | 'text';

interface Kind {
  word: Key & ('folder' | 'file' | 'image' | 'video' | 'audio' | 'pdf' | 'text' | 'archive' | 'table' | 'code');
  icon: typeof File;
  glaze: string;
  viewer?: Viewer;
  /** There may be a small picture of it. */
  isPhoto?: true;
}

const FOLDER: Kind = { word: 'folder', icon: Folder, glaze: 'cobalt' };
const OTHER: Kind = { word: 'file', icon: File, glaze: 'slate' };
const MARKDOWN: Kind = { word: 'text', icon: Text, glaze: 'cobalt', viewer: 'markdown' };
const TEXT: Kind = { word: 'text', icon: Text, glaze: 'cobalt', viewer: 'text' };
const WRITING: Kind = { word: 'text', icon: Text, glaze: 'cobalt' }; // what word processors make: no viewer
const CODE: Kind = { word: 'code', icon: Code, glaze: 'copper', viewer: 'text' };
const ARCHIVE: Kind = { word: 'archive', icon: Archive, glaze: 'olive' };
const TABLE: Kind = { word: 'table', icon: Table, glaze: 'copper' };

/** Pictures that a browser draws without running anything of theirs. */
const IMAGES = /^image\/(avif|bmp|gif|jpeg|png|webp)$/;

const BY_TYPE: [RegExp, Kind][] = [
  [IMAGES, { word: 'image', icon: Image, glaze: 'sea', viewer: 'image', isPhoto: true }],
  [/^image\/(heic|heif|tiff)$/, { word: 'image', icon: Image, glaze: 'sea', isPhoto: true }],
  [/^image\//, { word: 'image', icon: Image, glaze: 'sea' }],
  [/^video\//, { word: 'video', icon: Video, glaze: 'plum', viewer: 'video', isPhoto: true }],
  [/^audio\//, { word: 'audio', icon: Music, glaze: 'rose', viewer: 'audio' }],
  [/^application\/pdf$/, { word: 'pdf', icon: FileText, glaze: 'brick', viewer: 'pdf' }],
  [/^text\/markdown$/, MARKDOWN],
  [/(wordprocessing|msword|opendocument\.text|rtf|presentation|powerpoint)/, WRITING],
  [/(spreadsheet|ms-excel|text\/csv)/, TABLE],
  [/(zip|tar|gzip|compressed|7z|rar|bzip|xz)/, ARCHIVE],
  [/(json|xml|html|javascript|python|x-sh|yaml|toml|css)/, CODE],
  [/^text\//, TEXT],
];

const BY_ENDING: Record<string, Kind> = {
  md: MARKDOWN, markdown: MARKDOWN, txt: TEXT, log: TEXT, csv: TABLE,
  js: CODE, ts: CODE, py: CODE, sh: CODE, json: CODE, yml: CODE, yaml: CODE, toml: CODE, svelte: CODE, rs: CODE, go: CODE, c: CODE, h: CODE,
};

export function kindOf(node: Pick<Node, 'kind' | 'mime' | 'name'>): Kind {
  if (node.kind === 'folder') return FOLDER;
  const ending = BY_ENDING[node.name.slice(node.name.lastIndexOf('.') + 1).toLowerCase()];
  return ending ?? BY_TYPE.find(([pattern]) => pattern.test(node.mime))?.[1] ?? OTHER;
}
