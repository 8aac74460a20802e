import { describe, expect, it } from '@jest/globals';
import { problemsOfCall } from './trigger-call.js';
import type { Trigger } from './trigger.js';

type Call = Parameters<typeof problemsOfCall>[0];

function problems(call: Partial<Call>): string[] {
  const whole: Call = {
    url: 'https://provisioning.example.com/v1/packages',
    method: 'POST',
    headers: [],
    bodyTemplate: null,
    ...call,
  };
  return problemsOfCall(whole).map(({ pointer, message }) => `${pointer}: ${message}`);
}

describe('the address of a call', () => {
  it.each([
    'https://provisioning.example.com',
    'https://provisioning.example.com:8443/v1?plan=basic&monkey=1&design=2',
    'https://münchen.example/',
    'https://10.example.com/',
  ])('%s is taken', (url) => {
    expect(problems({ url })).toEqual([]);
  });

  it.each([
    ['https://user@provisioning.example.com/', /no user and no password/],
    ['https://:pass@provisioning.example.com/', /no user and no password/],
    ['https://169.254.169.254/latest', /public host/],
    ['https://0x7f000001/', /public host/],
    ['https://2130706433/', /public host/],
    ['https://[::1]/', /public host/],
    ['https://localhost/', /public host/],
    ['https://localhost./', /public host/],
    ['https://redemption/', /public host/],
    ['https://vault.localhost/', /public host/],
    ['https://metadata.google.internal/', /public host/],
    ['https://redemption.octopus.svc.cluster.local/', /public host/],
    ['https://nas.home.arpa/', /public host/],
    ['https://provisioning.example.com/#frag', /fragment/],
    ['https://provisioning.example.com/#', /fragment/],
    ['https://provisioning.example.com/?api_key=abc', /credential/],
    ['https://provisioning.example.com/?key=abc', /credential/],
    ['https://provisioning.example.com/?a=1&access_token=abc', /credential/],
    ['https://provisioning.example.com/?X-Amz-Signature=abc', /credential/],
  ])('%s is not', (url, message) => {
    expect(problems({ url })).toEqual([expect.stringMatching(message)]);
  });
});

describe('a header of a call', () => {
  const header = (name: string, value: string) => problems({ headers: [{ name, value }] });

  it.each([
    ['Authorization', 'Bearer {{secret.provisioning-token}}'],
    ['X-Api-Key', '{{secret.key-1}}'],
    ['Accept', 'application/json'],
    ['X-Tenant', '{not a placeholder}'],
    ['Idempotency-Key', 'fixed'],
  ])('%s: %s is taken', (name, value) => {
    expect(header(name, value)).toEqual([]);
  });

  it.each([
    'Host', 'host', 'Content-Length', 'Content-Type', 'Transfer-Encoding', 'Connection', 'Upgrade', 'TE', 'Trailer',
    'Expect', 'Keep-Alive', 'Proxy-Connection', 'Via', 'Forwarded', 'X-Forwarded-For', 'X-Real-IP', 'Accept-Encoding',
    'Webhook-Id', 'webhook-timestamp', 'traceparent', 'tracestate', 'baggage',
  ])('%s is the caller\'s own', (name) => {
    expect(header(name, 'x')).toEqual(['/headers/0/name: is set by the caller itself']);
  }); // prettier-ignore

  it.each([
    'Authorization',
    'X-API-Key',
    'Cookie',
    'X-Auth-Token',
    'Subscription-Key',
    'X-Client-Secret',
    'Password',
  ])('%s takes its value from the secret store', (name) => {
    expect(header(name, 'abc')).toEqual([expect.stringMatching(/^\/headers\/0\/value: .*secret store/)]);
    expect(header(name, '{{secret.abc}}')).toEqual([]);
  });

  it.each([
    '{{secret.}}', '{{secret.Upper}}', '{{secret.a b}}', '{{ secret.a }}', '{{secret.a', '{{user.id}}', '{{secret.-a}}',
  ])('%s is not a reference to a secret', (value) => {
    expect(header('X-Any', value)).toEqual([expect.stringContaining('is not a reference to a secret')]);
  }); // prettier-ignore

  it('comes once, whatever the case of its name', () => {
    const headers = [
      { name: 'X-Plan', value: 'a' },
      { name: 'x-plan', value: 'b' },
    ];
    expect(problems({ headers })).toEqual(['/headers/1/name: is there already']);
  });
});

describe('the body of a call', () => {
  const body = (bodyTemplate: string, method: Trigger['method'] = 'POST') =>
    problems({ bodyTemplate, method });
  const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

  it.each([
    '{}',
    '{"user":"{{user.id}}","n":"{{cost.units}}","text":"{{coupon.id}} and {{channel.id}}"}',
    '{"list":["{{redemption.at}}",{"x":null}],"at":1}',
    nested(9),
  ])('%s is taken', (template) => {
    expect(body(template)).toEqual([]);
  });

  it.each([
    ['', /JSON object/],
    ['{', /JSON object/],
    ['[]', /JSON object/],
    ['"{{user.id}}"', /JSON object/],
    ['null', /JSON object/],
    ['{"n":{{cost.units}}}', /JSON object/],
    ['{"{{user.id}}":1}', /not in names/],
    ['{"a":"{{user.name}}"}', /\{\{user.name\}\} is not a placeholder/],
    ['{"a":["{{secret.token}}"]}', /\{\{secret.token\}\} is not a placeholder/],
    ['{"a":"{{user.id"}', /\{\{user.id is not a placeholder/],
    [nested(10), /10 levels/],
    [nested(4_900), /10 levels/],
  ])('%s is not', (template, message) => {
    expect(body(template)).toEqual([expect.stringMatching(message)]);
  });

  it.each(['GET', 'DELETE'] as const)('is none with %s', (method) => {
    expect(body('{}', method)).toEqual([expect.stringContaining('sent without a body')]);
    expect(problems({ method })).toEqual([]);
  });
});
