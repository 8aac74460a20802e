import type { EligibilityView } from '#contracts';
import type { FailedRule } from '../domain/evaluate.js';

export function failedRuleView({ refusal, passesAt }: FailedRule): EligibilityView['failed'][number] {
  return {
    code: refusal.code,
    detail: refusal.detail,
    passesAt: passesAt === null ? null : new Date(passesAt).toISOString(),
    pointsMissing: refusal.pointsMissing ?? null,
  };
}
