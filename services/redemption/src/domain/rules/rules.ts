import { followerRule } from './follower.js';
import { perUserCapRule } from './per-user-cap.js';
import type { Rule } from './rule.js';
import { statusRule } from './status.js';
import { totalCapRule } from './total-cap.js';
import { typeRule } from './type.js';
import { windowRule } from './window.js';

/** In order: the first that refuses gives the answer. `redemption_refusal` in the database has the same order. */
export const rules: readonly Rule[] = [
  typeRule,
  statusRule,
  windowRule,
  followerRule,
  perUserCapRule,
  totalCapRule,
];
