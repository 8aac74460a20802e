import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventMap, type TopicDefinition } from '#contracts';
import { jsonFile, type GeneratedFile } from './generated-file.js';
import { wireSample } from './wire-sample.js';

const FOLDER = 'libs/contracts/recorded/v1';
const CHECKSUMS = `${FOLDER}/SHA256SUMS`;

/**
 * Records every event's sample that is not recorded yet. Recordings are never changed or removed: a sample that grew a
 * field becomes one more file beside the older ones, which the schema must keep reading.
 * @param root the repository's folder
 */
export function recordings(root: string, topics: readonly TopicDefinition[] = allTopics()): GeneratedFile[] {
  const added = topics.flatMap((topic) =>
    Object.keys(topic.events)
      .map((name) => recording(topic, name))
      .filter(({ path }) => !existsSync(join(root, path))),
  );
  if (added.length === 0) return [];
  const lines = [...existingChecksums(root), ...added.map(checksumLine)].sort(byPath);
  return [...added, { path: CHECKSUMS, content: lines.map((line) => `${line}\n`).join('') }];
}

function recording(topic: TopicDefinition, name: string): GeneratedFile {
  const file = jsonFile('', wireSample(topic, name));
  const label = sha256(file.content).slice(0, 12);
  return { path: `${FOLDER}/${topic.name}/${name}/${label}.json`, content: file.content };
}

function existingChecksums(root: string): string[] {
  const file = join(root, CHECKSUMS);
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
}

/** As `sha256sum` prints it, so that `sha256sum -c SHA256SUMS` proves the folder without our code. */
function checksumLine({ path, content }: GeneratedFile): string {
  return `${sha256(content)}  ${path.slice(FOLDER.length + 1)}`;
}

function byPath(one: string, other: string): number {
  return one.slice(66) < other.slice(66) ? -1 : 1;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function allTopics(): TopicDefinition[] {
  return Object.values(eventMap);
}
