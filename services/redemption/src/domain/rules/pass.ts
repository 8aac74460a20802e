import { SCAN_BLOCK_MS } from '../means.js';
import { never, type PersonRule } from './rule.js';

/** A pass belongs to one device for a time; each of its codes redeems once, and not twice within a minute. */
export const passRule: PersonRule = {
  about: 'person',
  name: 'pass',
  codes: ['code_other_device', 'pass_expired', 'code_replayed', 'scanned_just_now'],
  means: ['pass'],
  turnsBy: 'others',
  check: ({ means, person: { pass } }, now) => {
    if (means?.kind !== 'pass') return undefined;
    if (pass === null) return never('pass_expired');
    if (pass.deviceTag !== means.deviceTag) return never('code_other_device');
    if (now >= pass.validUntil) return never('pass_expired');
    if (means.step <= pass.lastStep) return never('code_replayed');
    if (pass.acceptedAt === null) return undefined;
    const freeAt = pass.acceptedAt + SCAN_BLOCK_MS;
    return now < freeAt ? { code: 'scanned_just_now', passesAt: freeAt } : undefined;
  },
};
