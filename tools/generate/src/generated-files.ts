import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncApi } from './async-api.js';
import { consumersInCode } from './consumers-in-code.js';
import { eventsPage } from './events-page.js';
import { jsonSchemaFiles } from './json-schemas.js';
import { kafkaTopics } from './kafka-topics.js';
import { openApiFiles } from './open-api.js';
import { problemsPage } from './problems-page.js';
import { recordings } from './recordings.js';
import type { Generated } from './write-changed.js';

/** Every file of the repository that is made from the contracts and the services. */
export async function generatedFiles(root: string): Promise<Generated> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const inCode = consumersInCode(root);
  return {
    files: [
      ...recordings(root),
      ...jsonSchemaFiles(),
      asyncApi(version, inCode),
      eventsPage(inCode),
      problemsPage(),
      kafkaTopics(),
      ...(await openApiFiles()),
    ],
    folders: ['docs/schemas', 'docs/api'],
  };
}
