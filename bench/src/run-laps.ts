import { cpus, loadavg } from 'node:os';
import type { BenchOptions } from './options.js';
import { shown } from './report/table.js';
import type { Row } from './rows.js';
import { runScenario } from './scenarios/run-scenario.js';
import type { Sample, Scenario } from './scenarios/scenario.js';
import { USER_COUNT } from './stage/people.js';
import { Stage } from './stage/stage.js';

export interface Run {
  readonly laps: ReadonlyMap<string, readonly Sample[]>;
  readonly machine: string;
}

/** Every scenario that the rows need, once per lap and in turns, so that a slow minute strikes all of them. */
export async function runLaps(
  rows: readonly Row[],
  { runs, seconds }: BenchOptions,
  say: (line: string) => void,
): Promise<Run> {
  const scenarios = scenariosOf(rows);
  const laps = new Map<string, Sample[]>(scenarios.map(({ id }) => [id, []]));
  const stage = await Stage.open(USER_COUNT, say);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void stage.close().finally(() => process.exit(1)));
  // What others do on the machine meanwhile lowers every rate, and those that wait for the disk most.
  const others = `load average ${(loadavg()[0] ?? 0).toFixed(1)} at the start`;
  const cores = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`;
  const machine = `${cores}, ${others}, Node ${process.version}, PostgreSQL ${stage.servers.postgres}`;
  try {
    for (let lap = 0; lap < runs; lap += 1) {
      // Every other lap backwards: whatever comes first has no lasting advantage.
      for (const scenario of lap % 2 === 0 ? scenarios : [...scenarios].reverse()) {
        const sample = await runScenario(stage, scenario, seconds);
        laps.get(scenario.id)?.push(sample);
        say(`lap ${lap + 1}/${runs}  ${scenario.id.padEnd(14)} ${described(sample)}`);
      }
    }
  } finally {
    await stage.close();
  }
  return { laps, machine };
}

function scenariosOf(rows: readonly Row[]): Scenario[] {
  const named = rows.flatMap(({ baseline, scenario }) => [...(baseline ? [baseline] : []), scenario]);
  return [...new Map(named.map((scenario) => [scenario.id, scenario])).values()];
}

function described({ perSecond, p50, p99, cpu, backlog, problems }: Sample): string {
  const spent = Object.entries(cpu).map(([name, us]) => `${name} ${us.toFixed(0)}`);
  const wrong = problems.length === 0 ? '' : `  WRONG: ${problems.join('; ')}`;
  return `${shown(perSecond)}/s  p50 ${shown(p50)} ms  p99 ${shown(p99)} ms  µs: ${spent.join(', ')}  backlog ${backlog}${wrong}`;
}
