import type { MigrationInterface } from 'typeorm';
import { CreateFunctions1767225600000 } from './1767225600000-create-functions.js';
import { CreateOutbox1767225600001 } from './1767225600001-create-outbox.js';
import { CreateInbox1767225600002 } from './1767225600002-create-inbox.js';
import { CreateIdempotencyKeys1767225600003 } from './1767225600003-create-idempotency-keys.js';
import { CreateSubmittedRevisions1767225600004 } from './1767225600004-create-submitted-revisions.js';
import { OutboxBundles1767225600005 } from './1767225600005-outbox-bundles.js';

/** What every service's database has before its own tables. Append only. */
export const baseMigrations: readonly (new () => MigrationInterface)[] = [
  CreateFunctions1767225600000,
  CreateOutbox1767225600001,
  CreateInbox1767225600002,
  CreateIdempotencyKeys1767225600003,
  CreateSubmittedRevisions1767225600004,
  OutboxBundles1767225600005,
];

/** Tables that work for all tenants at once and hold no business row: without row-level security. */
export const platformQueueTables: readonly string[] = [
  'outbox',
  'outbox_lease',
  'outbox_relay',
  'inbox',
  'dead_letter',
];
