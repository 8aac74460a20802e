import { z } from 'zod';
import { afterRedeemingProblems } from './problems/after-redeeming.js';
import { anyRouteProblems } from './problems/any-route.js';
import { codeProblems } from './problems/codes.js';
import { imageProblems } from './problems/images.js';
import { ownersProblems } from './problems/owners.js';
import { pointsProblems } from './problems/points.js';
import { redeemingProblems } from './problems/redeeming.js';

/** Every way in which the edges refuse. One list, so that the documents, the services and the tests agree. */
export const problemCodes = {
  ...anyRouteProblems,
  ...redeemingProblems,
  ...codeProblems,
  ...afterRedeemingProblems,
  ...pointsProblems,
  ...ownersProblems,
  ...imageProblems,
};

export type ProblemCode = keyof typeof problemCodes;

export const fieldError = z.object({
  pointer: z
    .string()
    .describe('RFC 6901 pointer into the body, or `header/<name>`, `path/<name>`, `query/<name>`.'),
  message: z.string(),
});
export type FieldError = z.infer<typeof fieldError>;

/** RFC 9457 problem details. */
export const problem = z
  .object({
    type: z.string().meta({ example: 'urn:octopus-coupons:problem:sold_out' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: z.string().meta({ description: 'Stable; see the list of codes.', example: 'sold_out' }),
    detail: z.string().optional(),
    mend: z.string().meta({ description: 'What the caller can do about it.' }),
    instance: z.string().optional(),
    correlationId: z.string().optional(),
    errors: z.array(fieldError).optional(),
    retryAt: z.string().optional().describe('The next instant at which the request may succeed.'),
    versions: z
      .object({ expected: z.int(), current: z.int() })
      .optional()
      .describe(
        'version_conflict: the one that If-Match named, and the one that the ETag of this answer names.',
      ),
    pointsMissing: z.string().optional().describe('points_short: how many are missing.'),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;
