import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts, isPortFree } from '../free-port.js';

/** Where one program server keeps its things, and whether they outlive it. */
export interface ProgramData {
  folder: string;
  kept: boolean;
  logFile: string;
}

/** The data of one server below the folder of all of them; the log stands beside, readable without digging. */
export async function programData(parent: string, name: string, kept: boolean): Promise<ProgramData> {
  const folder = join(parent, name);
  const logs = join(parent, 'logs');
  await mkdir(folder, { recursive: true, mode: 0o711 });
  await mkdir(logs, { recursive: true, mode: 0o700 });
  return { folder, kept, logFile: join(logs, `${name}.log`) };
}

/**
 * The ports to listen on: with kept data the same as the last time while they are free, so that an address noted
 * somewhere stays right; new ones from the second attempt on.
 */
export async function choosePorts(data: ProgramData, count: number, attempt: number): Promise<number[]> {
  const record = join(data.folder, 'ports.json');
  if (data.kept && attempt === 1) {
    const before = await recordedPorts(record);
    const free = await Promise.all(before.map(isPortFree));
    if (before.length === count && free.every(Boolean)) return before;
  }
  const ports = await freePorts(count);
  if (data.kept) await writeWhole(record, JSON.stringify(ports), 0o600);
  return ports;
}

/** Writes a file so that it is either the old one or the whole new one. */
export async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  await writeFile(`${file}.new`, text, { mode });
  await rename(`${file}.new`, file);
}

/** The file's text, or undefined when there is none. */
export async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

async function recordedPorts(record: string): Promise<number[]> {
  try {
    const ports: unknown = JSON.parse((await readIfThere(record)) ?? '[]');
    const isPort = (port: unknown): port is number => Number.isInteger(port);
    return Array.isArray(ports) ? ports.filter(isPort) : [];
  } catch {
    return [];
  }
}
