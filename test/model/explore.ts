import { createHash } from 'node:crypto';
import { entryMoves } from './entry-moves.js';
import { judge } from './judge.js';
import { peopleMoves } from './people-moves.js';
import { redisMoves } from './redis-moves.js';
import type { Move, Scenario, World } from './scenario.js';
import { worldOf } from './scenario.js';
import { beginning } from './beginning.js';
import type { State } from './state.js';
import { transactionMoves } from './transaction-moves.js';
import type { Guard } from './guards.js';

export interface Exploration {
  /** Different states seen. */
  states: number;
  /** What went wrong, and the shortest way there; undefined = nothing, anywhere. */
  violation?: Violation;
}

export interface Violation {
  what: string;
  steps: readonly string[];
}

export function movesOf(state: State, world: World): Move[] {
  return [
    ...transactionMoves(state, world),
    ...entryMoves(state, world),
    ...redisMoves(state, world),
    ...peopleMoves(state, world),
  ];
}

/**
 * Breadth first, so the first violation found has the shortest way. Ends when every state that can be reached was seen.
 * @throws when there are more than `maxStates`: then nothing is proven, and the scenario must be made smaller
 */
export function explore(
  scenario: Scenario,
  { without = [], maxStates = 400_000 }: { without?: readonly Guard[]; maxStates?: number } = {},
): Exploration {
  const world = worldOf(scenario, without);
  const first = textOf(beginning(scenario));
  const seen = new Set([digest(first)]);
  const ways: { from: number; says: string }[] = [{ from: -1, says: '' }];
  let layer = [{ text: first, way: 0 }];
  while (layer.length > 0) {
    const next: typeof layer = [];
    for (const { text, way } of layer) {
      for (const move of movesOf(JSON.parse(text) as State, world)) {
        const state = JSON.parse(text) as State;
        move.run(state);
        const what = judge(state, world);
        if (what !== null)
          return { states: seen.size, violation: { what, steps: story(ways, way, move.says) } };
        const reached = textOf(state);
        const key = digest(reached);
        if (seen.has(key)) continue;
        if (seen.size >= maxStates) throw new RangeError(`more than ${maxStates} states: ${scenario.what}`);
        seen.add(key);
        ways.push({ from: way, says: move.says });
        next.push({ text: reached, way: ways.length - 1 });
      }
    }
    layer = next;
  }
  return { states: seen.size };
}

/** Where the order of a list says nothing, it is sorted: fewer states that differ in nothing. */
export function textOf(state: State): string {
  state.entries.sort((a, b) => a.request - b.request || a.process - b.process);
  state.transactions = sorted(state.transactions);
  state.redis.pending = sorted(state.redis.pending);
  return JSON.stringify(state);
}

function sorted<T>(list: T[]): T[] {
  if (list.length < 2) return list;
  return list
    .map((value) => ({ value, text: JSON.stringify(value) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ value }) => value);
}

function digest(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}

function story(ways: { from: number; says: string }[], last: number, says: string): string[] {
  const steps = [says];
  for (let way = last; way > 0; way = ways[way]?.from ?? 0) steps.unshift(ways[way]?.says ?? '');
  return steps;
}
