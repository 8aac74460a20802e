import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { silenceKafkajsTimerWarning } from './kafkajs-warning.js';

function fakeProcess(): { target: NodeJS.Process; warned: unknown[][] } {
  const warned: unknown[][] = [];
  const target = { emitWarning: (...args: unknown[]) => void warned.push(args) };
  silenceKafkajsTimerWarning(target as unknown as NodeJS.Process);
  return { target: target as unknown as NodeJS.Process, warned };
}

describe('silenceKafkajsTimerWarning', () => {
  it('lets every other warning through, also this one from other code', () => {
    const { target, warned } = fakeProcess();
    target.emitWarning('old', 'DeprecationWarning');
    target.emitWarning('-1 is a negative number.', 'TimeoutNegativeWarning');
    expect(warned).toEqual([
      ['old', 'DeprecationWarning'],
      ['-1 is a negative number.', 'TimeoutNegativeWarning'],
    ]);
  });

  it("keeps kafkajs' timer warning to itself, and nothing else of kafkajs", async () => {
    const { target, warned } = fakeProcess();
    const folder = mkdtempSync(join(tmpdir(), 'warning-'));
    const file = join(folder, 'node_modules', 'kafkajs', 'queue.mjs');
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, 'export const warn = (target, text, type) => target.emitWarning(text, type);');
    try {
      const { warn } = (await import(pathToFileURL(file).href)) as {
        warn: (target: NodeJS.Process, text: string, type: string) => void;
      };
      warn(target, '-1 is a negative number.', 'TimeoutNegativeWarning');
      warn(target, 'old', 'DeprecationWarning');
      expect(warned).toEqual([['old', 'DeprecationWarning']]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is put in place once, however often it is asked for', () => {
    const { target, warned } = fakeProcess();
    const inPlace = Object.getOwnPropertyDescriptor(target, 'emitWarning')?.value as unknown;
    silenceKafkajsTimerWarning(target);
    expect(Object.getOwnPropertyDescriptor(target, 'emitWarning')?.value).toBe(inPlace);
    expect(warned).toEqual([]);
  });
});
