import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { eventMap, topics } from './event-map.js';
import { cloudEventType, dataSchemaUri, serviceNames, type TopicDefinition } from './topic.js';

const definitions: TopicDefinition[] = Object.values(eventMap);
const events = definitions.flatMap((topic) =>
  Object.entries(topic.events).map(([name, event]) => ({
    topic,
    name,
    event,
    title: `${topic.name} ${name}`,
  })),
);

describe('Topics', () => {
  it('are called <producer>.<fact>.v1 and stand under their own name', () => {
    for (const [name, topic] of Object.entries(eventMap)) {
      expect(topic.name).toBe(name);
      expect(name).toMatch(new RegExp(`^${topic.producer}\\.[a-z]+(-[a-z]+)*\\.v1$`));
    }
  });

  it("are all of architecture.md's table", () => {
    expect(Object.keys(eventMap).sort()).toEqual([
      'catalog.cap-request.v1',
      'catalog.channel.v1',
      'catalog.coupon.v1',
      'catalog.impression.v1',
      'catalog.partner.v1',
      'catalog.point-name.v1',
      'catalog.programme.v1',
      'catalog.tenant.v1',
      'catalog.trigger.v1',
      'notification.message.v1',
      'platform.addon.v1',
      'platform.channel.v1',
      'platform.follow.v1',
      'platform.location.v1',
      'platform.loyalty.v1',
      'platform.partner.v1',
      'platform.points-earned.v1',
      'platform.user.v1',
      'redemption.addon.v1',
      'redemption.cap.v1',
      'redemption.coupon-applied.v1',
      'redemption.coupon-exhausted.v1',
      'redemption.fulfilment.v1',
      'redemption.points.v1',
      'redemption.redemption.v1',
      'redemption.refusal.v1',
      'redemption.reminder.v1',
      'scheduler.due.v1',
      'targeting.estimate.v1',
      'targeting.grant.v1',
    ]);
  });

  it('to create are these and one for the dead letters of each service', () => {
    expect(topics.map(({ name }) => name).sort()).toEqual(
      [...Object.keys(eventMap), ...serviceNames.map((service) => `${service}.dead-letter.v1`)].sort(),
    );
    expect(topics.find(({ name }) => name === 'catalog.coupon.v1')).toMatchObject({ compacted: true });
  });

  it('of facts from outside name the services that may take them in, and only those', () => {
    const ingested = definitions.filter((topic) => (topic.ingestedBy ?? []).length > 0);
    expect(ingested.every(({ producer }) => producer === 'platform')).toBe(true);
    expect(ingested).toHaveLength(definitions.filter(({ producer }) => producer === 'platform').length);
  });

  it('are not meant to be read by the service that writes them', () => {
    // But impressions: they come by the thousand, and catalog counts them as it counts other services' facts, in batches.
    for (const topic of definitions.filter(({ name }) => name !== 'catalog.impression.v1'))
      expect(topic.consumers).not.toContain(topic.producer);
  });
});

describe('Events', () => {
  it('have names, types and data schemas that are unique within their producer', () => {
    const names = events.map(({ topic, name }) => `${topic.producer}.${name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    for (const { topic, name } of events) {
      expect(cloudEventType(topic, name)).toBe(`octopus.${topic.producer}.${name}.v1`);
      expect(dataSchemaUri(topic, name)).toBe(`urn:octopus-coupons:schema:${topic.producer}.${name}.v1`);
    }
  });

  it.each(events)('$title: the sample is a whole valid payload', ({ event }) => {
    const parsed = event.schema.safeParse(event.sample);
    expect(parsed).toMatchObject({ success: true });
    // Nothing is left for a default to fill in, so the sample shows every field.
    expect(parsed.data).toEqual(event.sample);
  });

  it.each(events)('$title: the record key is made of fields that every payload has', ({ topic, event }) => {
    const payload = event.sample as Record<string, unknown>;
    for (const field of (event.key ?? topic.key).split('/')) expect(typeof payload[field]).toBe('string');
  });

  it.each(events)('$title: a consumer tolerates a field that it does not know', ({ event }) => {
    const payload = { ...(event.sample as object), addedByANewerProducer: { deep: [1] } };
    expect(event.schema.safeParse(payload)).toMatchObject({ success: true });
  });

  it.each(events)('$title: a payload without one of its required fields is refused', ({ event }) => {
    const { required, oneOf } = z.toJSONSchema(event.schema, { io: 'input' });
    const fields = (oneOf === undefined ? required : ['kind']) ?? [];
    expect(fields.length).toBeGreaterThan(0);
    for (const field of fields) {
      const payload: Record<string, unknown> = { ...(event.sample as object) };
      delete payload[field];
      expect({ field, parsed: event.schema.safeParse(payload).success }).toEqual({ field, parsed: false });
    }
  });
});
