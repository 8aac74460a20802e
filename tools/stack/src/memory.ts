import { readFileSync, readdirSync } from 'node:fs';

/**
 * Proportional memory (PSS) of some processes and everything below them, in bytes; undefined where /proc does not tell.
 * PSS counts shared pages once, divided among their users.
 */
export function proportionalMemory(roots: readonly number[]): number | undefined {
  const sizes = descendants(roots, parents()).map(pssOf);
  const known = sizes.filter((size) => size !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, size) => sum + size, 0);
}

/** The roots and all processes below them. @param parentOf parent's process id by process id */
export function descendants(roots: readonly number[], parentOf: ReadonlyMap<number, number>): number[] {
  const found = new Set(roots);
  let before = -1;
  while (found.size !== before) {
    before = found.size;
    for (const [pid, parent] of parentOf) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

/** `1.12 GB`, in units of 10^9 bytes. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

function parents(): Map<number, number> {
  try {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return new Map(pids.map((pid) => [Number(pid), parentOf(pid)]));
  } catch {
    return new Map();
  }
}

function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return 0;
  }
}

function pssOf(pid: number): number | undefined {
  try {
    const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
