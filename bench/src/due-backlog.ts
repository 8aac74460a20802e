import { setTimeout as sleep } from 'node:timers/promises';
import { residentBytes } from './measure/cpu.js';
import { DueReader } from './measure/due-reader.js';
import { DueQueue, QUEUED } from './stage/due-queue.js';
import { Stage } from './stage/stage.js';

/**
 * Two schedulers work off a million instants that have passed, to the last one: how fast, and in how much memory. Takes
 * minutes, so it is no row of the bench: `node dist/bench/src/due-backlog.js`, after `npm run build`.
 */
const REPLICAS = 2;
const EVERY_MS = 5_000;
/** Announced at the latest so long after the start, or the run ends with what there is. */
const GIVE_UP_MS = 600_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const stage = await Stage.open(0, say);
try {
  await workOff();
} finally {
  await stage.close();
}
process.exit();

async function workOff(): Promise<void> {
  const queue = await DueQueue.filled('-2 days');
  const reader = await DueReader.start(stage.namespace);
  const starts = Array.from({ length: REPLICAS }, () =>
    stage.startScheduler(queue.database.appUrl, stage.namespace.env),
  );
  const programs = await Promise.all(starts);
  const startedAt = performance.now();
  say('seconds   facts  facts/s  MB of each scheduler');
  for (let before = 0; reader.late.length < QUEUED && performance.now() - startedAt < GIVE_UP_MS;) {
    await sleep(EVERY_MS);
    const seconds = (performance.now() - startedAt) / 1_000;
    const facts = reader.late.length;
    const megabytes = programs.map(({ pid }) => (residentBytes(pid) / 1e6).toFixed(0)).join(' ');
    const perSecond = ((facts - before) * 1_000) / EVERY_MS;
    say(
      [
        seconds.toFixed(0).padStart(7),
        String(facts).padStart(7),
        perSecond.toFixed(0).padStart(8),
        ` ${megabytes}`,
      ].join(' '),
    );
    before = facts;
  }
  const facts = reader.late.length;
  say(
    `${facts} of ${QUEUED} facts in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s, ${reader.doubled} twice`,
  );
  await Promise.all(programs.map((program) => program.stop()));
  await reader.stop();
}
