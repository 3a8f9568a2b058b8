/** Sending one file to a folder on another cloud: in one piece, for it goes on from here to there as it comes. */
import { sessionAgain } from './client';
import { addressOf, asNode, children, newAddress } from './clouds';
import type { Node } from './files';
import { Offline, Refusal } from './problems';
import type { ElsewhereItem, Problem } from './schema';
import type { Sent } from './sending';

export interface SendingAway {
  file: File;
  name: string;
  cloud: number;
  parentId: number;
  /** Make a new version of what has the name, instead of refusing. */
  overwrites: boolean;
  onProgress(bytes: number): void;
  onMade(node: Node): void;
}

/** `done` rejects with Offline, or a Refusal. What was sent before a pause is sent again. */
export function sendAway(sending: SendingAway): Sent {
  const request = new XMLHttpRequest(); // fetch tells nothing of how far it is
  const stopped = { is: false };
  const done = begin(sending, request, stopped).then(() => null);
  return {
    done,
    pause: () => {
      stopped.is = true;
      request.abort();
      return Promise.resolve();
    },
  };
}

async function begin({ file, name, cloud, parentId, overwrites, onProgress, onMade }: SendingAway, request: XMLHttpRequest, stopped: { is: boolean }): Promise<void> {
  const there = (await children(cloud, parentId)).find((node) => node.name.normalize('NFC') === name.normalize('NFC'));
  if (there && (!overwrites || there.kind === 'folder')) throw new Refusal(taken(name));
  if (stopped.is) throw new Offline();
  request.open('PUT', there ? addressOf(there) : newAddress(cloud, parentId, name));
  request.responseType = 'text';
  request.upload.onprogress = (event) => onProgress(event.loaded);
  const status = await new Promise<number>((resolve, reject) => {
    request.onload = () => resolve(request.status);
    request.onerror = request.onabort = () => reject(new Offline());
    request.send(file);
  });
  if (status === 401) {
    await sessionAgain();
    throw new Offline(); // the queue begins it anew
  }
  if (status >= 300) throw refusal(request);
  onMade(asNode(JSON.parse(request.responseText) as ElsewhereItem, cloud));
}

const taken = (name: string): Problem => ({ type: 'about:blank', title: '', status: 409, code: 'name-taken', detail: name, advice: '' });

function refusal(request: XMLHttpRequest): Error {
  try {
    return new Refusal(JSON.parse(request.responseText) as Problem);
  } catch {
    return new Offline(); // a proxy answered while the server was away
  }
}
