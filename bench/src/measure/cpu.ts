import { readdirSync, readFileSync } from 'node:fs';

/** Microseconds of CPU that one clock tick of /proc stands for (USER_HZ is 100 on every Linux that we run on). */
const TICK_US = 10_000;

/** Microseconds of CPU spent so far, by the name under which the ledger knows the processes. */
export type CpuTimes = ReadonlyMap<string, number>;

/** Which processes are added up under one name. */
export type CpuSources = Readonly<Record<string, readonly number[]>>;

/** A process's own time and that of its children, living or ended: PostgreSQL's backends come and go. */
export function cpuTimes(sources: CpuSources): CpuTimes {
  return new Map(
    Object.entries(sources).map(([name, pids]) => [name, pids.reduce((sum, pid) => sum + treeTime(pid), 0)]),
  );
}

export function cpuBetween(before: CpuTimes, after: CpuTimes): Record<string, number> {
  return Object.fromEntries([...after].map(([name, us]) => [name, us - (before.get(name) ?? 0)]));
}

function treeTime(pid: number): number {
  const [own, ofEnded] = statOf(pid);
  return own + ofEnded + childrenOf(pid).reduce((sum, child) => sum + treeTime(child), 0);
}

/** proc(5): fields 14 and 15 are user and system time, 16 and 17 those of children that were waited for. */
function statOf(pid: number): [number, number] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
    return [(user + system) * TICK_US, (childUser + childSystem) * TICK_US];
  } catch {
    return [0, 0];
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
        .trim()
        .split(' ')
        .filter(Boolean)
        .map(Number),
    );
  } catch {
    return [];
  }
}

/** Bytes of memory that a process holds. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}
