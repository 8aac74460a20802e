import { join } from 'node:path';
import { generatedFiles } from './generated-files.js';
import { writeChanged } from './write-changed.js';

/** `npm run generate` writes; with `--check` it writes nothing and fails when a file is out of date. */
const root = join(import.meta.dirname, '../../../..');
const check = process.argv.includes('--check');
const changed = writeChanged(root, await generatedFiles(root), { dryRun: check });
for (const path of changed) console.log(`${check ? 'out of date' : 'wrote'} ${path}`);
if (changed.length === 0) console.log('generated files are up to date');
if (check && changed.length > 0) {
  console.error('Run `npm run generate` and commit what it changes.');
  process.exitCode = 1;
}
