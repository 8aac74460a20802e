import type { MigrationSet } from '#platform';
import { Messages1763800000000 } from './1763800000000-messages.js';
import { Attempts1763800000001 } from './1763800000001-attempts.js';
import { ChannelOwners1764200000000 } from './1764200000000-channel-owners.js';
import { ReminderTexts1764400000000 } from './1764400000000-reminder-texts.js';
import { ReminderVersion1765030000020 } from './1765030000020-reminder-version.js';

/** In order, append-only: a released migration is never changed. */
export const migrationSet: MigrationSet = {
  service: 'notification',
  migrations: [
    Messages1763800000000,
    Attempts1763800000001,
    ChannelOwners1764200000000,
    ReminderTexts1764400000000,
    ReminderVersion1765030000020,
  ],
  queueTables: ['pending_message'],
};
