import { randomBytes } from 'node:crypto';
import { capacityOf } from '../load/plan.js';
import { cpuBetween, cpuTimes, residentBytes } from '../measure/cpu.js';
import { backlogOf } from '../measure/outcome.js';
import type { Stage } from '../stage/stage.js';
import type { Sample, Scenario } from './scenario.js';

/** Prepares, loads, waits for what is left to do, and checks the outcome against the databases. */
export async function runScenario(stage: Stage, scenario: Scenario, seconds: number): Promise<Sample> {
  const users = stage.people.userIds.length;
  const run = await scenario.prepare(stage, {
    seconds,
    couponsFor: (perSecond) => Math.ceil((seconds * perSecond) / users) + 1,
  });
  const { plan, programs } = run;
  const sources = {
    ...programs,
    postgres: stage.servers.pids.postgres,
    redis: [stage.servers.redis.pid],
    kafka: stage.servers.pids.kafka,
    load: [stage.load.pid],
  };
  try {
    const before = cpuTimes(sources);
    const result = run.instead
      ? await run.instead(seconds)
      : await stage.runLoad({ ...plan, seconds, keyPrefix: randomBytes(6).toString('hex') });
    const backlog = await backlogOf(stage);
    await run.settle?.();
    const cpu = cpuBetween(before, cpuTimes(sources));
    const { answers, tally, p50, p99 } = result;
    const others = Object.keys(tally).filter((name) => name !== run.expected);
    // A loop without callers uses nobody up.
    const isSpent = !run.instead && run.expected === '201' && answers > capacityOf(plan, users);
    return {
      answers,
      perSecond: answers / result.seconds,
      p50,
      p99,
      cpu: Object.fromEntries(Object.entries(cpu).map(([name, us]) => [name, us / answers])),
      backlog,
      memory: run.subject === undefined ? 0 : residentBytes(run.subject.pid) / 1e6,
      readyAfter: run.subject?.readyAfterMs ?? 0,
      problems: [
        ...others.map((name) => `${tally[name]} answers were ${name}`),
        ...(run.busy ?? []).filter((name) => cpu[name] === 0).map((name) => `${name} had nothing to do`),
        ...(isSpent ? ['more requests than users and coupons: prepare more coupons'] : []),
        ...(await run.check(result)),
      ],
    };
  } finally {
    await run.after?.();
  }
}
