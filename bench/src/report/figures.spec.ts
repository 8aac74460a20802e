import { describe, expect, it } from '@jest/globals';
import type { Row } from '../rows.js';
import type { Sample, Scenario } from '../scenarios/scenario.js';
import { figureOf, type Laps } from './figures.js';

const scenario = (id: string): Scenario => ({ id, prepare: () => Promise.reject(new Error('not run')) });
const row: Row = {
  id: 'hot',
  what: 'one hot coupon',
  scenario: scenario('hot'),
  baseline: scenario('noop'),
  figure: { unit: 'requests/s', of: ({ perSecond }) => perSecond, compare: 'ratio', better: 'higher' },
  goal: { floor: 0.5, aim: 0.7 },
};
const sample = (perSecond: number, problems: string[] = []): Sample => ({
  answers: 1,
  perSecond,
  p50: 1,
  p99: 2,
  cpu: {},
  backlog: 0,
  memory: 0,
  readyAfter: 0,
  problems,
});
const laps = (hot: readonly Sample[], noop: readonly number[]): Laps =>
  new Map([
    ['hot', hot],
    ['noop', noop.map((perSecond) => sample(perSecond))],
  ]);

describe('a figure', () => {
  it('is the median of the laps, and its ratio the median of what each lap gave', () => {
    const figure = figureOf(row, laps([sample(60), sample(90), sample(20)], [100, 100, 40]));
    expect(figure).toMatchObject({ value: 60, baseline: 100, ratio: 0.6, spread: [0.5, 0.9], laps: 3 });
    expect(figure).toMatchObject({ held: true, reached: false });
  });

  it('is not held below its floor', () => {
    expect(figureOf(row, laps([sample(49)], [100]))).toMatchObject({ held: false, reached: false });
  });

  it('is not held when an outcome was wrong, however fast it came', () => {
    const wrong = laps([sample(90), sample(90, ['1 sold twice'])], [100, 100]);
    expect(figureOf(row, wrong)).toMatchObject({ ratio: 0.9, held: false, reached: false });
  });

  it('holds a time that is short enough', () => {
    const figure = { unit: 'ms', of: (s: Sample) => s.p99, compare: 'difference', better: 'lower' } as const;
    const time: Row = { ...row, figure, goal: { floor: 2, aim: 1 } };
    expect(figureOf(time, laps([sample(1)], [1]))).toMatchObject({ ratio: 0, held: true, reached: true });
  });

  it('is missing when its scenario was not run', () => {
    expect(figureOf(row, new Map())).toBeUndefined();
  });
});
