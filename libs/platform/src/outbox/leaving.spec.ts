import { describe, expect, it } from '@jest/globals';
import type { PendingBundle } from './pending-bundles.js';
import { sortOut } from './leaving.js';

const good = '["k",{"ce_id":"1"}]\n{"a":1}';
const bundle = (seq: number, shard: number, facts = good, head = '{}'): PendingBundle => ({
  shard,
  seq: String(seq),
  topic: 'platform.user.v1',
  head,
  facts,
  age: 0,
});

describe('what leaves the outbox', () => {
  it.each([
    ['facts that are no JSON', 'rubbish\n{}', '{}'],
    ['a fact without its payload', `${good}\n["k",{}]`, '{}'],
    ['no facts', '', '{}'],
    ['a key that is no text', '[7,{}]\n{}', '{}'],
    ['a fact without headers', '["k"]\n{}', '{}'],
    ['a head that is no JSON', good, '{'],
    ['a head that is no object', good, 'null'],
  ])('is held up by a bundle with %s in its own shard only, from there on', (_what, facts, head) => {
    const { leaving, standstills } = sortOut([
      bundle(1, 0),
      bundle(2, 0, facts, head),
      bundle(3, 1),
      bundle(4, 0),
      bundle(5, 1),
    ]);
    expect(leaving.map(({ seq }) => seq)).toEqual(['1', '3', '5']);
    expect(standstills).toEqual([{ shard: 0, seq: '2', topic: 'platform.user.v1', err: expect.any(Error) }]);
  });
});
