import type { ProblemCode } from '#contracts';
import { Refuses } from '#platform';
import { applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces } from '@nestjs/swagger';
import type { ZodType } from 'zod';

/** Describes a report about one coupon. */
export function ReportRoute(summary: string, view: ZodType): MethodDecorator {
  return applyDecorators(
    Refuses('coupon_not_found'),
    ApiOperation({ summary }),
    ApiOkResponse({ standardSchema: view }),
  );
}

/** Describes a route that answers CSV. */
export function CsvRoute(summary: string, refuses: ProblemCode): MethodDecorator {
  return applyDecorators(
    Refuses(refuses),
    ApiOperation({
      summary,
      description:
        'RFC 4180 in UTF-8. A text that a spreadsheet would take for a formula begins with an apostrophe.',
    }),
    ApiProduces('text/csv'),
    ApiOkResponse({ schema: { type: 'string' } }),
  );
}
