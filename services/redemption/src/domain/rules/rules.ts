import type { Means } from '../means.js';
import type { RefusalCode } from '../refusal.js';
import { audienceRule } from './audience.js';
import { codeStepRule } from './code-step.js';
import { cooldownRule } from './cooldown.js';
import { ownPartnerRule } from './own-partner.js';
import { partnerUnitsRule } from './partner-units.js';
import { passRule } from './pass.js';
import { perUserCapRule } from './per-user-cap.js';
import { priceRule } from './price.js';
import { printedCodeRule } from './printed-code.js';
import { publisherRule } from './publisher.js';
import type { Rule } from './rule.js';
import { statusRule } from './status.js';
import { totalCapRule } from './total-cap.js';
import { typeRule } from './type.js';
import { validityRule } from './validity.js';
import { windowRule } from './window.js';

/** In order: the first that refuses gives the answer. The functions in the database have the same order. */
export const rules: readonly Rule[] = [
  typeRule,
  ownPartnerRule,
  statusRule,
  publisherRule,
  windowRule,
  audienceRule,
  validityRule,
  printedCodeRule,
  codeStepRule,
  passRule,
  perUserCapRule,
  cooldownRule,
  priceRule,
  totalCapRule,
  partnerUnitsRule,
];

/** Every way in which a redemption by one of these means can be refused: by a rule, or as its bonus does not fit. */
export function refusalsBy(...kinds: readonly Means['kind'][]): readonly RefusalCode[] {
  const asked = rules.filter(({ means }) => means === undefined || means.some((one) => kinds.includes(one)));
  return [...new Set(asked.flatMap(({ codes }) => codes)), 'balance_too_large'];
}
