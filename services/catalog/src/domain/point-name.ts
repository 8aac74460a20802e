import type { PointName as PointNameFact } from '#contracts';
import { accept, type Decision, refuse, stale } from './refusal.js';

/** A named currency. Its account and its programme never change. */
export interface PointName {
  readonly pointNameId: string;
  readonly partnerId: string;
  /** null = standalone: earned by hand only */
  readonly programmeId: string | null;
  readonly name: string;
  /** Withdrawn: no new coupon can ask for it or give it; balances stay. */
  readonly removed: boolean;
  /** 1 for a new one; rises by one with every change. */
  readonly version: number;
}

/** So many the contract of a programme's snapshot holds. */
export const mostPointNamesOfAProgramme = 100;

/** The point name itself comes back where it has that name already. */
export function renamed(
  pointName: PointName,
  name: string,
  expectedVersion: number | null,
): Decision<PointName> {
  if (pointName.name === name) return accept(pointName);
  return changed(pointName, { name }, expectedVersion, 'rename');
}

export function withdrawn(pointName: PointName, expectedVersion: number | null): Decision<PointName> {
  return changed(pointName, { removed: true }, expectedVersion, 'withdraw');
}

export function pointNameFact({ version: _, programmeId, ...told }: PointName): PointNameFact {
  return programmeId === null ? { kind: 'standalone', ...told } : { kind: 'loyalty', programmeId, ...told };
}

function changed(
  pointName: PointName,
  fields: Partial<PointName>,
  expectedVersion: number | null,
  action: string,
): Decision<PointName> {
  if (expectedVersion !== null && expectedVersion !== pointName.version)
    return stale('point name', pointName, expectedVersion);
  if (pointName.removed)
    return refuse({ code: 'wrong_state', detail: `Cannot ${action}: the point name was withdrawn.` });
  return accept({ ...pointName, ...fields, version: pointName.version + 1 });
}
