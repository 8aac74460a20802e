import type { z } from 'zod';
import type { partner, programme } from '#contracts';
import { newId } from '../new-id.js';
import { stateFact } from './state-fact.js';

type AccountInput = z.input<typeof partner>;
type ProgrammeChangeInput = z.input<typeof programme>;

/** An active business account, as the rest of the platform tells of it. */
export function anAccount(overrides: Partial<AccountInput> = {}): AccountInput {
  return { partnerId: newId(), name: 'Café Central', active: true, ...overrides };
}

/** A loyalty programme, as the rest of the platform tells of it: its point names are the catalog's. */
export function aProgrammeChange(overrides: Partial<ProgrammeChangeInput> = {}): ProgrammeChangeInput {
  return {
    programmeId: newId(),
    partnerId: newId(),
    name: 'Central Club',
    levels: [],
    earningActions: [],
    ...overrides,
  };
}

export const accountFact = stateFact(
  'platform.partner.v1',
  'partner-changed',
  'partner',
  ({ partnerId }) => partnerId,
);

export const programmeChangeFact = stateFact(
  'platform.loyalty.v1',
  'programme-changed',
  'programme',
  ({ programmeId }) => programmeId,
);
