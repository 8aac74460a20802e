import { platformEnv } from '#platform';
import { z } from 'zod';

const milliseconds = z.coerce.number('must be milliseconds').pipe(z.int().min(1).max(3_600_000));
const atLeastOne = z.coerce.number('must be a number').pipe(z.int().min(1));

/** The service's variables besides the platform's. */
const own = z.object({
  /** How long a message waits for a user's or channel's name before it uses neutral wording. */
  NAME_WAIT_MS: milliseconds.default(3_000),
  /** After how long a message that still waits for its coupon's text is reported; it goes on waiting. */
  MESSAGE_LATE_AFTER_MS: milliseconds.default(60_000),
  STREAM_HEARTBEAT_MS: milliseconds.default(15_000),
  /** How often the database is asked for news while Redis is away; a third as often while it is there. */
  STREAM_POLL_MS: milliseconds.default(1_500),
  /** A client that takes nothing for this long is disconnected; it resumes by Last-Event-ID. */
  STREAM_STALLED_AFTER_MS: milliseconds.default(60_000),
  /** One user's streams in one process; one more closes the oldest. */
  STREAMS_PER_USER: atLeastOne.default(5),
  /** All streams of one process; one more is refused with 503. */
  STREAMS_PER_PROCESS: atLeastOne.default(10_000),
});

export const notificationEnv = platformEnv.extend(own.shape);

type OwnValues = Readonly<z.output<typeof own>>;

/** Injection token and type; its value is the frozen object that `loadConfig` returned. */
export abstract class NotificationConfig implements OwnValues {
  abstract readonly NAME_WAIT_MS: number;
  abstract readonly MESSAGE_LATE_AFTER_MS: number;
  abstract readonly STREAM_HEARTBEAT_MS: number;
  abstract readonly STREAM_POLL_MS: number;
  abstract readonly STREAM_STALLED_AFTER_MS: number;
  abstract readonly STREAMS_PER_USER: number;
  abstract readonly STREAMS_PER_PROCESS: number;
}
