import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { failpoint, parseFailpoints } from './failpoint.js';

describe('failpoint', () => {
  it('is nothing at all when none is armed', () => {
    expect(failpoint('after-commit')).toBeUndefined();
  });

  it('reads what is armed', () => {
    expect(parseFailpoints('a=exit,b.c=delay:250,d-e=throw')).toEqual(
      new Map<string, unknown>([
        ['a', { kind: 'exit' }],
        ['b.c', { kind: 'delay', ms: 250 }],
        ['d-e', { kind: 'throw' }],
      ]),
    );
    expect(parseFailpoints('')).toBeUndefined();
    expect(parseFailpoints(undefined)).toBeUndefined();
  });

  it.each(['a', 'a=', 'a=stop', 'a=delay', 'a=delay:soon', '=exit', 'a b=exit', 'a=exit,'])(
    'refuses what would arm nothing: %s',
    (given) => expect(() => parseFailpoints(given)).toThrow(/OCTOPUS_FAILPOINTS/),
  );

  it('does what is armed: throws, waits, ends the process as a crash would', () => {
    const source = new URL('./failpoint.ts', import.meta.url).href;
    const script = `
      const { failpoint } = await import('${source}');
      await failpoint('thrown').catch((error) => console.log(error.message));
      const start = performance.now();
      await failpoint('slow');
      console.log(performance.now() - start >= 45);
      console.log(failpoint('other'));
      process.on('exit', () => console.log('not a crash'));
      await failpoint('end');
      console.log('still here');`;
    const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, NODE_OPTIONS: '', OCTOPUS_FAILPOINTS: 'thrown=throw,slow=delay:50,end=exit' },
      encoding: 'utf8',
    });
    expect(stdout.trim().split('\n')).toEqual(['failpoint thrown', 'true', 'undefined']);
    expect(signal).toBe('SIGKILL');
  });
});
