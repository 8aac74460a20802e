import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pulledReadable } from './pulled-readable.js';

const options = { highWaterMark: 10, onGone: () => undefined };

async function* endless(made: { chunks: number; ended: boolean }): AsyncGenerator<string, void, void> {
  try {
    for (;;) {
      made.chunks++;
      yield '12345';
    }
  } finally {
    made.ended = true;
  }
}

describe('pulledReadable', () => {
  it('gives all chunks, then ends', async () => {
    const chunks = (async function* () {
      yield 'a';
      yield 'é';
    })();
    expect(await text(pulledReadable(chunks, options))).toBe('aé');
  });

  it('makes no more than its reader takes', async () => {
    const made = { chunks: 0, ended: false };
    const readable = pulledReadable(endless(made), options);
    readable.read(0);
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    expect(made.chunks).toBeLessThanOrEqual(3);
    readable.destroy();
    await once(readable, 'close');
    expect(made.ended).toBe(true);
  });

  it('tells at once that the reader has gone, while the generator sleeps', async () => {
    const { promise: never } = Promise.withResolvers<void>();
    const chunks = (async function* () {
      yield 'a';
      await never;
    })();
    let gone = false;
    const readable = pulledReadable(chunks, { ...options, onGone: () => (gone = true) });
    readable.resume();
    await nextTurn();
    readable.destroy();
    expect(gone).toBe(true);
    await once(readable, 'close');
  });

  it('fails when the generator does', async () => {
    const chunks = (async function* (): AsyncGenerator<string, void, void> {
      throw new Error('no more');
    })();
    await expect(text(pulledReadable(chunks, options))).rejects.toThrow('no more');
  });
});
