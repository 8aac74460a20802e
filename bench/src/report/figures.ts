import type { Row } from '../rows.js';
import type { Sample } from '../scenarios/scenario.js';

/** Samples of each scenario by its id, one per lap. */
export type Laps = ReadonlyMap<string, readonly Sample[]>;

/** A row of results/latest.json. */
export interface FigureResult {
  readonly id: string;
  readonly what: string;
  readonly unit: string;
  /** Median over the laps. */
  readonly value: number;
  /** Median of the baseline over the same laps; null = none. */
  readonly baseline: number | null;
  /** Median of the laps' own ratios; for a latency "above" the baseline their difference, in ms. */
  readonly ratio: number | null;
  readonly compare: 'ratio' | 'difference';
  readonly goal: { readonly floor: number; readonly aim: number } | null;
  /** Does the ratio keep the floor, does it reach the aim, and was every outcome right? */
  readonly held: boolean | null;
  readonly reached: boolean | null;
  /** Least and greatest ratio of the laps. */
  readonly spread: readonly [number, number] | null;
  readonly laps: number;
}

export function figureOf(row: Row, laps: Laps): FigureResult | undefined {
  const values = (laps.get(row.scenario.id) ?? []).map(row.figure.of);
  if (values.length === 0) return undefined;
  const bases = row.baseline === undefined ? [] : (laps.get(row.baseline.id) ?? []).map(row.figure.of);
  const ratios = values.slice(0, bases.length).map((value, lap) => compared(row, value, bases[lap] ?? NaN));
  const ratio = ratios.length === 0 ? null : median(ratios);
  const { goal = null } = row;
  const isRight = (laps.get(row.scenario.id) ?? []).every(({ problems }) => problems.length === 0);
  const passes = (mark: number): boolean =>
    isRight && ratio !== null && (row.figure.better === 'higher' ? ratio >= mark : ratio <= mark);
  return {
    id: row.id,
    what: row.what,
    unit: row.figure.unit,
    value: rounded(median(values)),
    baseline: bases.length === 0 ? null : rounded(median(bases)),
    ratio: ratio === null ? null : rounded(ratio),
    compare: row.figure.compare,
    goal,
    held: goal === null ? null : passes(goal.floor),
    reached: goal === null ? null : passes(goal.aim),
    spread: ratios.length === 0 ? null : [rounded(Math.min(...ratios)), rounded(Math.max(...ratios))],
    laps: values.length,
  };
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)] ?? NaN;
  return ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

function compared({ figure }: Row, value: number, base: number): number {
  return figure.compare === 'ratio' ? value / base : value - base;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
