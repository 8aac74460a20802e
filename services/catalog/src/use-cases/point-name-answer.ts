import type { PointNameView } from '#contracts';
import type { CommandAnswer } from '#platform';
import type { PointName } from '../domain/point-name.js';

/** A point name with its version as entity tag, for If-Match of the next change. */
export function pointNameAnswer(status: number, pointName: PointName): CommandAnswer<PointNameView> {
  const kind = pointName.programmeId === null ? 'standalone' : 'loyalty';
  return { status, body: { kind, ...pointName }, headers: { etag: `"${pointName.version}"` } };
}
