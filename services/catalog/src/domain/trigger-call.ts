import {
  type FieldError,
  secretName,
  type TriggerHeader,
  triggerPlaceholders,
  type TriggerView,
} from '#contracts';
import { unknownPlaceholders } from './placeholders.js';
import { errorIf } from './publish-rules/publish-rule.js';

/** What is wrong with a call beyond the form of its fields. Who calls looks at the address once more. */
export function problemsOfCall(
  call: Pick<TriggerView, 'url' | 'method' | 'headers' | 'bodyTemplate'>,
): FieldError[] {
  return [
    ...problemsOfUrl(new URL(call.url)),
    ...call.headers.flatMap((header, nth) => problemsOfHeader(header, nth, call.headers)),
    ...problemsOfBody(call),
  ];
}

/** Hop by hop, or for the caller alone to set: how the message is cut, what it holds, and by what it is trusted. */
const callersOwn =
  /^(host|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|content-.*|accept-encoding|proxy-.*|via|forwarded|x-forwarded-.*|x-real-ip|traceparent|tracestate|baggage|webhook-.*)$/i;

/** What is named like this opens doors: it belongs into the secret store. */
const namesACredential =
  /^key$|^(.*[-_])?((api|access|private|subscription)[-_]?key|token|secret|auth|authorization|password|credentials?|cookie|signature|sig)([-_].*)?$/i;

/** An address inside is no business of a tenant's: neither one of numbers nor a name that only insiders resolve. */
function problemsOfUrl(url: URL): FieldError[] {
  const host = url.hostname.replace(/\.$/, '');
  const isAddress = /^(\[.*\]|[\d.]+)$/.test(host);
  const isInner = !host.includes('.') || /\.(localhost|local|internal|home\.arpa)$/.test(host);
  const parameters = [...url.searchParams.keys()];
  return [
    ...errorIf(url.username !== '' || url.password !== '', '/url', 'must hold no user and no password'),
    ...errorIf(isAddress || isInner, '/url', 'must name a public host, not an address or an inner name'),
    ...errorIf(url.href.includes('#'), '/url', 'must have no fragment'),
    ...errorIf(
      parameters.some((name) => namesACredential.test(name)),
      '/url',
      'must hold no credential; send it as a header with {{secret.<name>}}',
    ),
  ];
}

function problemsOfHeader(
  { name, value }: TriggerHeader,
  nth: number,
  headers: readonly TriggerHeader[],
): FieldError[] {
  const at = `/headers/${nth}`;
  const first = headers.findIndex((other) => other.name.toLowerCase() === name.toLowerCase());
  const secrets = [...value.matchAll(/\{\{secret\.([^{}]*)\}\}/g)].map((found) => found[1] ?? '');
  const known = secrets.filter((secret) => secretName.safeParse(secret).success);
  const unknown = unknownPlaceholders(
    value,
    known.map((secret) => `secret.${secret}`),
  );
  return [
    ...errorIf(callersOwn.test(name), `${at}/name`, 'is set by the caller itself'),
    ...errorIf(first !== nth, `${at}/name`, 'is there already'),
    ...unknown.map((placeholder) => ({
      pointer: `${at}/value`,
      message: `${placeholder} is not a reference to a secret, such as {{secret.provisioning-token}}`,
    })),
    ...errorIf(
      namesACredential.test(name) && known.length === 0,
      `${at}/value`,
      'must take what is secret from the secret store: {{secret.<name>}}',
    ),
  ];
}

function problemsOfBody({
  method,
  bodyTemplate,
}: Pick<TriggerView, 'method' | 'bodyTemplate'>): FieldError[] {
  if (bodyTemplate === null) return [];
  const pointer = '/bodyTemplate';
  if (method === 'GET' || method === 'DELETE')
    return [{ pointer, message: `must be null: ${method} is sent without a body` }];
  const body = parsed(bodyTemplate);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return [{ pointer, message: 'must be a JSON object, as text' }];
  const { keys, texts, isDeep } = partsOf(body);
  return [
    ...errorIf(isDeep, pointer, `must be at most ${deepest} levels deep`),
    ...errorIf(
      keys.some((key) => key.includes('{{')),
      pointer,
      'must have placeholders in values only, not in names',
    ),
    ...[...new Set(texts.flatMap((text) => unknownPlaceholders(text, triggerPlaceholders)))].map(
      (placeholder) => ({ pointer, message: `${placeholder} is not a placeholder that calls know` }),
    ),
  ];
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const deepest = 10;

/** All names and all texts in it, as deep as is allowed. */
function partsOf(body: object): { keys: string[]; texts: string[]; isDeep: boolean } {
  const [keys, texts]: [string[], string[]] = [[], []];
  let level: unknown[] = [body];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > deepest) return { keys, texts, isDeep: true };
    texts.push(...level.filter((value) => typeof value === 'string'));
    const nested = level.filter(isNested);
    keys.push(...nested.flatMap((value) => (Array.isArray(value) ? [] : Object.keys(value))));
    level = nested.flatMap((value) => Object.values(value) as unknown[]);
  }
  return { keys, texts, isDeep: false };
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
