import { fastify } from 'fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { type Persona, type ProblemCode, problemCodes } from '#contracts';
import { ALGORITHM } from './signing-key.js';
import type { SigningKey } from './signing-key.js';
import { personaNamed, personaNames, personaQuery, tokenRequest } from './token-request.js';

export interface IssuerOptions {
  readonly key: SigningKey;
  readonly audience: string;
  /** Asked per request: with port 0 the address is known only once it listens. */
  readonly issuer: () => string;
}

export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
}

/** An OpenID-like issuer for development: signs whatever it is asked to. */
export function issuerApp({ key, audience, issuer }: IssuerOptions): FastifyInstance {
  const app = fastify({ bodyLimit: 64 * 1024 });
  app.setNotFoundHandler((_request, reply) => refuse(reply, 'not_found'));
  app.setErrorHandler((error: FastifyError, _request, reply) => refuse(reply, codeOf(error)));

  const sign = async (claims: Persona, expiresIn: number): Promise<TokenAnswer> => {
    const now = Math.floor(Date.now() / 1000);
    const token = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: ALGORITHM, kid: key.publicJwk.kid, typ: 'JWT' })
      .setIssuer(issuer())
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + expiresIn)
      .sign(key.privateKey);
    return { access_token: token, token_type: 'Bearer', expires_in: expiresIn };
  };

  app.get('/.well-known/openid-configuration', () => ({
    issuer: issuer(),
    jwks_uri: `${issuer()}/.well-known/jwks.json`,
    token_endpoint: `${issuer()}/token`,
    id_token_signing_alg_values_supported: [ALGORITHM],
    response_types_supported: ['token'],
    subject_types_supported: ['public'],
  }));
  app.get('/.well-known/jwks.json', () => ({ keys: [key.publicJwk] }));
  app.get('/health/live', () => ({ ok: true }));

  app.post('/token', async (request, reply) => {
    const parsed = tokenRequest.safeParse(request.body);
    if (!parsed.success) return refuse(reply, 'invalid_request', z.prettifyError(parsed.error));
    const { expiresInSeconds, ...claims } = parsed.data;
    return answer(request, reply, await sign(claims, expiresInSeconds));
  });

  app.route<{ Params: { persona: string } }>({
    method: ['GET', 'POST'],
    url: '/token/:persona',
    handler: async (request, reply) => {
      const persona = personaNamed(request.params.persona);
      if (!persona)
        return refuse(reply, 'not_found', `No such persona: there are ${personaNames.join(', ')}.`);
      const query = personaQuery.safeParse(request.query);
      if (!query.success) return refuse(reply, 'invalid_request', z.prettifyError(query.error));
      return answer(request, reply, await sign(persona, query.data.expiresInSeconds));
    },
  });

  return app;
}

/** JSON as OAuth has it, or the bare token for whoever asks for text: a shell then needs no JSON parser. */
function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  token: TokenAnswer,
): FastifyReply | TokenAnswer {
  if (request.headers.accept !== 'text/plain') return token;
  return reply.type('text/plain').send(token.access_token);
}

/** As all edges answer; the issuer's own mistakes have no other codes than theirs. */
function refuse(reply: FastifyReply, code: IssuerProblem, detail?: string): FastifyReply {
  const { status, title, mend } = problemCodes[code];
  const type = `urn:octopus-coupons:problem:${code}`;
  const body = { type, title, status, code, mend, ...(detail !== undefined && { detail }) };
  return reply.code(status).type('application/problem+json').send(JSON.stringify(body));
}

type IssuerProblem = Extract<
  ProblemCode,
  'invalid_request' | 'not_found' | 'payload_too_large' | 'unsupported_media_type' | 'internal'
>;

const codesOfStatus: Readonly<Record<number, IssuerProblem>> = {
  400: 'invalid_request',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
};

/** What Fastify refuses by itself: a body that is no JSON, or too large. */
function codeOf({ statusCode = 500 }: { statusCode?: number }): IssuerProblem {
  return codesOfStatus[statusCode] ?? (statusCode < 500 ? 'invalid_request' : 'internal');
}
