import type { ServiceName } from '#contracts';
import { eventually } from '#testkit';
import type { WholeSystem } from './whole-system.js';

/**
 * Until a service has taken the events in: its inbox has them, which commits with their effects.
 * @param orBuried one that lies with the dead letters counts, too
 */
export async function untilHandled(
  { databases }: Pick<WholeSystem, 'databases'>,
  service: ServiceName,
  eventIds: readonly string[],
  { timeoutMs = 60_000, orBuried = false } = {},
): Promise<void> {
  const pool = databases[service].ownerPool();
  await eventually(
    async () => {
      const { rows } = await pool.query<{ handled: number }>(
        `SELECT count(*)::int AS handled FROM (
           SELECT event_id FROM inbox WHERE event_id = ANY($1)
           UNION SELECT event_id FROM dead_letter WHERE event_id = ANY($1) AND $2) AS known`,
        [eventIds, orBuried],
      );
      const handled = rows[0]?.handled ?? 0;
      if (handled < eventIds.length)
        throw new Error(`${service}: ${handled} of ${eventIds.length} events handled`);
    },
    { timeoutMs, everyMs: 100 },
  );
}
