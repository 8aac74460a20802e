import { describe, expect, it } from '@jest/globals';
import { couponSnapshot, eventMap, fromHeaders, type TopicDefinition, type TopicName } from '#contracts';
import { newId } from '../new-id.js';
import {
  aCashier,
  aChannelSnapshot,
  anEarning,
  aPartnerProfile,
  aPointName,
  aProgramme,
  aPurchase,
  aStore,
  aTrigger,
  cashierFact,
  channelSnapshotFact,
  earningFact,
  partnerFact,
  pointNameFact,
  programmeFact,
  purchaseFact,
  storeFact,
  triggerFact,
} from './directory-facts.js';
import { aChannel, aCoupon, aFollow, aUser } from './factories.js';
import { aGrant, grantFact, revokeFact } from './grant-facts.js';
import { accountFact, anAccount, aProgrammeChange, programmeChangeFact } from './platform-facts.js';
import { channelFact, couponFact, followFact, recordOf, type TestFact, userFact } from './test-fact.js';

const tenantId = newId();

/** As topic, name, revision and record, for the table of tests takes no generics. */
function row<T extends TopicName>(fact: TestFact<T>): [TopicName, string, number | undefined, Recorded] {
  return [fact.topic, fact.name, fact.revision, recordOf(fact)];
}

type Recorded = ReturnType<typeof recordOf>;

describe('recordOf', () => {
  it.each([
    row(couponFact(tenantId, aCoupon())),
    row(followFact(tenantId, aFollow())),
    row(channelFact(tenantId, aChannel())),
    row(userFact(tenantId, aUser())),
    row(grantFact(tenantId, aGrant())),
    row(revokeFact(tenantId, aGrant())),
    row(channelSnapshotFact(tenantId, aChannelSnapshot())),
    row(partnerFact(tenantId, aPartnerProfile())),
    row(pointNameFact(tenantId, aPointName())),
    row(pointNameFact(tenantId, aPointName({ programmeId: newId() }))),
    row(programmeFact(tenantId, aProgramme())),
    row(storeFact(tenantId, aStore())),
    row(triggerFact(tenantId, aTrigger())),
    row(cashierFact(tenantId, aCashier())),
    row(earningFact(tenantId, anEarning())),
    row(purchaseFact(tenantId, aPurchase())),
    row(accountFact(tenantId, anAccount())),
    row(programmeChangeFact(tenantId, aProgrammeChange())),
  ])('makes a record on %s that its reader accepts', (topic, name, revision, record) => {
    const definition: TopicDefinition = eventMap[topic];
    const envelope = fromHeaders(record.headers);
    expect(envelope).toMatchObject({ id: record.eventId, tenantId });
    expect('revision' in envelope ? envelope.revision : undefined).toBe(revision);
    expect(definition.events[name]?.schema.safeParse(JSON.parse(record.value)).error).toBeUndefined();
  });

  it('leaves wrong data wrong, for the tests that want it so', () => {
    const fact = couponFact(tenantId, aCoupon({ name: '' }));
    expect(couponSnapshot.safeParse(JSON.parse(recordOf(fact).value)).success).toBe(false);
  });

  it('takes the id, the time and the correlation that a test names', () => {
    const named = { id: newId(), time: '2026-11-22T10:15:30.123Z', correlationId: 'one-request' };
    const record = recordOf({ ...userFact(tenantId, aUser()), ...named });
    expect(fromHeaders(record.headers)).toMatchObject(named);
  });
});
