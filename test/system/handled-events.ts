import type { ServiceName } from '#contracts';
import { eventually } from '#testkit';
import type { WholeSystem } from './whole-system.js';

/** Until a service has taken the events in: its inbox has them, which commits with their effects. */
export async function untilHandled(
  { databases }: Pick<WholeSystem, 'databases'>,
  service: ServiceName,
  eventIds: readonly string[],
  { timeoutMs = 60_000 } = {},
): Promise<void> {
  const pool = databases[service].ownerPool();
  await eventually(
    async () => {
      const { rows } = await pool.query<{ handled: number }>(
        'SELECT count(*)::int AS handled FROM inbox WHERE event_id = ANY($1)',
        [eventIds],
      );
      const handled = rows[0]?.handled ?? 0;
      if (handled < eventIds.length)
        throw new Error(`${service}: ${handled} of ${eventIds.length} events handled`);
    },
    { timeoutMs, everyMs: 100 },
  );
}
