/** Sending one file by tus, so that it goes on after any break. */
import { DetailedError, Upload } from 'tus-js-client';
import { UPLOADS } from './files';
import { Offline, Refusal } from './problems';
import type { Problem } from './schema';

/** Up to this size a file goes in one request; above it the address is asked for first, so that nothing is sent twice. */
const AT_ONCE = 4_000_000;

export interface Sending {
  file: File;
  name: string;
  parentId: number;
  /** Where an earlier try had begun. */
  address: string | null;
  /** Make a new version of what has the name, instead of refusing. */
  overwrites: boolean;
  onAddress(address: string): void;
  onProgress(bytes: number): void;
}

export interface Sent {
  done: Promise<number | null>;
  /** Stop; what has arrived is kept. */
  pause(): Promise<void>;
}

/** `done` resolves with the node's id. It rejects with Offline, or a Refusal of the server. */
export function send(sending: Sending): Sent {
  const { file, parentId, name } = sending;
  let nodeId: number | null = null;
  let upload!: Upload;
  const done = new Promise<number | null>((resolve, reject) => {
    upload = new Upload(file, {
      endpoint: UPLOADS,
      uploadUrl: sending.address,
      uploadDataDuringCreation: file.size <= AT_ONCE,
      metadata: {
        parent: String(parentId),
        filename: name,
        modified: new Date(file.lastModified).toISOString(),
        ...(file.type ? { filetype: file.type } : {}),
      },
      headers: sending.overwrites ? {} : { 'If-None-Match': '*' },
      retryDelays: null, // the queue knows better: it hears of the connection and of the session
      storeFingerprintForResuming: false,
      onUploadUrlAvailable: () => upload.url && sending.onAddress(upload.url),
      onProgress: (bytes) => sending.onProgress(bytes),
      onAfterResponse: (_request, response) => {
        nodeId = Number(response.getHeader('Nuvol-Node-Id') ?? nodeId) || null;
      },
      onSuccess: () => resolve(nodeId),
      onError: (error) => reject(read(error)),
    });
    upload.start();
  });
  return { done, pause: () => upload.abort() };
}

/** Drop what has arrived. */
export async function drop(address: string): Promise<void> {
  await Upload.terminate(address, { retryDelays: null });
}

function read(error: Error | DetailedError): Error {
  const response = error instanceof DetailedError ? error.originalResponse : null;
  if (!response || response.getStatus() === 0) return new Offline();
  try {
    return new Refusal(JSON.parse(response.getBody()) as Problem);
  } catch {
    return response.getStatus() >= 500 ? new Offline() : error; // a proxy answered while the server was away
  }
}
