import type { Guard } from './guards.js';
import type { Disturbances, State } from './state.js';

export interface ModelRequest {
  /** Requests with the same key are retries of one another, or misuse it for another coupon. */
  key: string;
  user: number;
  coupon: number;
  /** How often it is sent at most. */
  sends: number;
  /** An automatic attempt: a worker claims it instead of a client sending it. */
  auto?: boolean;
}

export interface ModelCoupon {
  max: number;
  perUser?: number;
  /** In instants of the model's clock. */
  cooldown?: number;
  /** Exclusive. */
  end?: number;
  /** Units of point 0 (or `priceIn`). */
  price?: number;
  priceIn?: number;
  bonus?: number;
  bonusIn?: number;
}

/** A small world, explored whole. */
export interface Scenario {
  what: string;
  processes: number;
  users: number;
  /** Balance of every user per point at the beginning. */
  points: number[];
  coupons: ModelCoupon[];
  requests: ModelRequest[];
  /** The clock stops here. */
  lastInstant: number;
  redis: boolean;
  /** The last process remembers coupon 1 as it was before its owner switched it on again. */
  remembersHopeless?: boolean;
  /** Facts on follows of user 0 that are delivered in any order, each twice at most: revision -> following. */
  followFacts?: boolean[];
  disturbances: Partial<Disturbances>;
}

/** A scenario with some guards taken away. */
export interface World extends Scenario {
  has(guard: Guard): boolean;
}

/** One thing that may happen next. `run` changes the state that it is given. */
export interface Move {
  says: string;
  run(state: State): void;
}

export function worldOf(scenario: Scenario, without: readonly Guard[] = []): World {
  const missing = new Set(without);
  return { ...scenario, has: (guard) => !missing.has(guard) };
}

export const nameOfProcess = (process: number): string => `process ${'ABCD'[process]}`;
export const nameOfUser = (user: number): string =>
  ['Ana', 'Bo', 'Cleo', 'Dan', 'Eva'][user] ?? `user ${user}`;
export const nameOfCoupon = ({ coupons }: Scenario, coupon: number): string =>
  coupons.length === 1 ? 'the coupon' : `coupon ${coupon + 1}`;

export function nameOfRequest({ requests }: Scenario, request: number): string {
  const { user = 0, key = '', auto } = requests[request] ?? {};
  return auto ? `${nameOfUser(user)}'s automatic attempt` : `${nameOfUser(user)}'s request ${key}`;
}
