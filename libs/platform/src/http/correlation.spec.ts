import { describe, expect, it } from '@jest/globals';
import { contextFrom } from './correlation.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('the context of a request', () => {
  it.each(['a', 'order-77.retry_2', 'x'.repeat(100)])('keeps the correlation id %s', (given) => {
    expect(contextFrom({ 'x-correlation-id': given }).correlationId).toBe(given);
  });

  it.each(['', 'a b', 'a\nb', 'a\r\nset-cookie: x', '<script>', '"', 'é', 'x'.repeat(101)])(
    'replaces the correlation id %j',
    (given) => {
      expect(contextFrom({ 'x-correlation-id': given }).correlationId).toMatch(UUID);
    },
  );

  it('makes a new id for each request without one', () => {
    expect(contextFrom({}).correlationId).not.toBe(contextFrom({}).correlationId);
  });

  const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  it('carries a trace on', () => {
    expect(contextFrom({ traceparent: trace }).traceparent).toBe(trace);
  });

  it.each([
    'garbage',
    trace.replace('00-', 'ff-'),
    `${trace}-x`,
    trace.toUpperCase(),
    '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
  ])('drops the malformed trace %s', (given) => {
    expect(contextFrom({ traceparent: given })).not.toHaveProperty('traceparent');
  });
});
