/** Archives and folders of photos that are brought in, by the cloud itself. */
import { client, told } from './client';
import type { Import } from './schema';

export type { Import };

const at = (import_id: number) => ({ path: { import_id } });

export const imports = async (): Promise<Import[]> => (await told(client.GET('/photos/imports'))).imports;
/** One that is on its way already is told again. */
export const begin = (node_id: number, place: string): Promise<Import> => told(client.POST('/photos/imports', { body: { node_id, place } }));
/** End it, or forget what came of it. */
export const remove = (import_id: number) => told(client.DELETE('/photos/imports/{import_id}', { params: at(import_id) }));
