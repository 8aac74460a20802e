import { recordings } from './recordings.js';
import type { Generated } from './write-changed.js';

/** Every file of the repository that is made from the contracts and the services. */
export async function generatedFiles(root: string): Promise<Generated> {
  return { files: recordings(root), folders: [] };
}
